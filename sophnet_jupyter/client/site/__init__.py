"""What a site has to do with a client's requests: who asks, what may be asked, what is masked."""
