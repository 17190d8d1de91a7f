"""How the bundled faces, and the networks that edit them, were made."""
