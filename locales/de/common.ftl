# Worte von mehr als einem Ort.

weft = Weft
loading = Wird geladen …
try-again = Noch einmal versuchen
cancel = Abbrechen
close = Schließen
save = Speichern
delete = Löschen
remove = Entfernen
undo = Rückgängig
edit = Bearbeiten
copy = Kopieren
copied = Kopiert
dismiss = Schließen
reload = Neu laden
settings = Einstellungen
sign-in = Anmelden
sign-out = Abmelden
new-chat = Neuer Chat
search = Suchen
message = Nachricht
send = Senden
