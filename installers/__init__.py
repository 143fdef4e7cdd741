"""What puts Watchword onto a computer and starts it there, one folder a system."""
