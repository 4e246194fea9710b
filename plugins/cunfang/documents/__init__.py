"""Documents of a run: its data (`result`), the workbook that recomputes itself (`workbook`), the page (`page`)."""
