"""What Jenkins consists of: jobs, builds, queue, credentials, users; kept on disk below the home folder."""
