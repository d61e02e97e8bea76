"""The site: a release as people look at it, made of its marts alone; pages are declared in ``site/``."""
