# Ein Chat: seine Nachrichten, und wo man schreibt.

## Wo man schreibt.

composer-placeholder = Nachricht schreiben
composer-placeholder-shared = Nachricht schreiben – mit @model fragst du das Modell
composer-too-long = Diese Nachricht ist zu lang. Kürze sie oder teile sie in zwei.
composer-stop = Anhalten
model-label = Modell

## Die Namen, die nach einem @ angeboten werden; das Modell ist einer davon.

mentions-label = Personen
mentions-model = Modell

## Wer gerade schreibt.

typing-label = Wer gerade schreibt

## Eine Nachricht, und was man mit ihr tun kann.

message-member = Mitglied
message-sending = Wird gesendet
message-queued = Wartet
message-unsent = Fehlgeschlagen
message-retry = Wiederholen
message-discard = Verwerfen
message-stopped = Angehalten.
message-failed = Die Antwort ist fehlgeschlagen.
message-quote = Zitieren
message-regenerate = Neu erzeugen
message-regenerate-otherwise = Mit einem anderen Modell neu erzeugen
# Benennt eine Gruppe von Modellen.
message-regenerate-with = Neu erzeugen mit
message-no-model = Es gibt kein Modell, das man fragen kann.
message-edit = Nachricht bearbeiten
message-versions = Fassungen
message-version = { NUMBER($at) } von { NUMBER($count) }
message-next-version = Nächste Fassung
message-previous-version = Vorige Fassung

## Die Nachrichten.

timeline-label = Nachrichten
timeline-load-older = Ältere Nachrichten laden
timeline-loading-older = Ältere Nachrichten werden geladen …
timeline-loading-newer = Neuere Nachrichten werden geladen …
# Über der ersten ungelesenen Nachricht.
timeline-new = Neu
timeline-to-unread = Zum ersten Ungelesenen
timeline-to-latest = Zum Neuesten
timeline-to-latest-new = Zum Neuesten, { NUMBER($count) } neu

## Ein Chat der Liste, und sein Menü.

thread-online = Jemand ist online
# Ein Modell schreibt eine Antwort.
thread-generating = Antwortet
thread-unread = { NUMBER($count) } ungelesen
thread-options = Optionen für „{ $title }“
thread-title = Titel
thread-pin = Anheften
thread-unpin = Lösen
thread-rename = Umbenennen
thread-mark-read = Als gelesen markieren
thread-mark-unread = Als ungelesen markieren
thread-mute = Stummschalten
thread-unmute = Stummschaltung aufheben
thread-archive = Archivieren
thread-unarchive = Aus dem Archiv holen
thread-deleted = Chat gelöscht

## Wie die App zum Server steht.

connection-label = Verbindung
connection-connected = Verbunden
connection-reconnecting = Wird verbunden
connection-offline = Offline
connection-too-old = Neu laden zum Aktualisieren
