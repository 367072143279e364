"""How the tables came to be, one revision a file of ``versions``, in the order of their numbers."""
