"""TeleAI: signed requests, and the analysis of Excel workbooks."""
