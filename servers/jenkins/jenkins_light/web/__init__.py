"""The server's HTTP face: addresses resolved as Jenkins' Stapler does, answers as Jenkins gives them."""
