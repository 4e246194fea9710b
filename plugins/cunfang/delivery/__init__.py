"""Mail: what is said to whom (`announce`), kept until sent (`outbox`), in a form every mail program reads (`mail`)."""
