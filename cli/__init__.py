"""The `groundswell` command: each file holds one group of commands; they translate, not compute."""
