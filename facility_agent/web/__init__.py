"""The pages: read the form, ask the workflow, give a page."""
