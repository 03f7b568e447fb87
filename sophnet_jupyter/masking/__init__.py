"""Personal data in what is asked, replaced before it is sent and put back in the answer."""
