"""What developers run: pictures, set-up."""
