"""Text of attachments: kinds of files, converters, and the process that runs them within limits."""
