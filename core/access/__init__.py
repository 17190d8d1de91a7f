"""Who may do what, where the app is served to more than this machine: no page, no browser.

accounts.py  people, their roles, passwords and tokens; the file of all that
sessions.py  the signed mark by which a browser is known after signing in
rights.py    what a person may see, start, write and delete
quotas.py    how much a person may have
audit.py     who has changed what
attempts.py  how often somebody may try
"""
