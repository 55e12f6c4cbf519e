"""A converter process that is not shut in at all."""

from archive.attachments import converter_process, sandbox

if __name__ == "__main__":
    sandbox.shut_in = lambda *_: None
    sandbox.own_processes = lambda: lambda: False
    converter_process.main()
