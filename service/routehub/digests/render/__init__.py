"""The agenda in every form: text, HTML, Markdown and calendar, all from one view model."""
