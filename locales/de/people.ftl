# Wer in einem Chat ist, und wie andere dazukommen.

members-title = Mitglieder
members-share = Teilen

## Rollen.

members-viewer = Leser
members-editor = Bearbeiter
members-owner = Eigentümer
members-viewer-does = Leser: liest mit
members-editor-does = Bearbeiter: liest und schreibt

## Ein Mitglied.

# Nach dem eigenen Namen.
members-you = (du)
members-here = Gerade hier
members-role-of = Rolle von { $name }
members-leave = Verlassen
members-leave-chat = Diesen Chat verlassen
members-remove = { $name } entfernen

## Die Wege hinein.

members-invite = Einladen
# Benennt die Wahl einer Rolle.
members-invite-as = Als
members-username = Benutzername
members-add = Hinzufügen
# Benennen die Wahl der Tage und der Personen.
members-link-lasts = Link gilt
members-link-lets-in = Link gilt für
members-create-link = Link erstellen
# Ein Link, für so viele Personen, und ihre Rolle.
members-link = Link für { $role }, noch { NUMBER($left) }-mal nutzbar
members-link-label = Einladungslink
members-link-copied = Link kopiert
members-copy-link = Link kopieren
members-withdraw = Zurückziehen
