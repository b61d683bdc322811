# Wie die App aussieht, die Teile der Chatliste und was in Hinweisen und auf dem Tab steht.

look-system = System
look-light = Hell
look-dark = Dunkel
look-paper = Papier
look-midnight = Mitternacht
look-contrast-high = Hoch
look-comfortable = Luftig
look-compact = Kompakt
look-text-small = Klein
look-text-medium = Mittel
look-text-large = Groß
look-text-larger = Größer

# Jede Sprache heißt, wie sie sich selbst nennt.
look-english = English
look-german = Deutsch

group-pinned = Angeheftet
group-today = Heute
group-yesterday = Gestern
group-week = Letzte 7 Tage
group-older = Älter
group-archived = Archiviert

told-mention = { $name } hat dich erwähnt
told-reply = { $model } hat geantwortet
told-reply-failed = { $model } konnte die Antwort nicht beenden
told-added = { $name } hat dich in einen Chat aufgenommen
told-joined = { $name } ist beigetreten
told-in-thread = { $what }: { $thread }
told-open = Öffnen

undone-create-thread = Der Chat konnte nicht angelegt werden.
undone-rename-thread = Der Chat konnte nicht umbenannt werden.
undone-pin-thread = Der Chat konnte nicht angeheftet oder gelöst werden.
undone-archive-thread = Der Chat konnte nicht archiviert oder zurückgeholt werden.
undone-mark-read = Was gelesen ist, konnte nicht markiert werden.
undone-mark-notices = Die Mitteilungen konnten nicht markiert werden.
undone-mute-thread = Der Chat konnte nicht stumm oder wieder laut gestellt werden.
undone-delete-thread = Der Chat konnte nicht gelöscht werden.
undone-restore-thread = Der Chat konnte nicht wiederhergestellt werden.
undone-send-message = Die Nachricht konnte nicht gesendet werden.
undone-stop-reply = Die Antwort konnte nicht angehalten werden.
undone-regenerate = Es konnte keine neue Antwort angefordert werden.
undone-edit-message = Die Nachricht konnte nicht bearbeitet werden.
undone-delete-message = Die Nachricht konnte nicht gelöscht werden.
undone-set-role = Die Rolle konnte nicht geändert werden.
undone-remove-member = Das Mitglied konnte nicht entfernt werden.
undone-set-defaults = Die Einstellungen für Modelle konnten nicht geändert werden.
undone-tune-thread = Die Einstellungen des Chats konnten nicht geändert werden.

title-unread = ({ NUMBER($count) }) Weft
update-ready = Eine neue Version von Weft ist bereit.
