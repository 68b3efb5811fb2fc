"""What keeps looking at the parts, so that the picture is true."""
