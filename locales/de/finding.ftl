# Die Befehle, die Tastenkürzel und ihre Liste. Was auf „also“ endet, steht nirgends: Es sind andere Wörter, nach denen man suchen mag.

palette-title = Suchen
palette-search = Chats und Befehle suchen
palette-list = Ergebnisse
palette-results =
    { $count ->
        [one] { $count } Ergebnis
       *[other] { $count } Ergebnisse
    }
palette-best = Die { NUMBER($count) } besten Ergebnisse
palette-nothing = Nichts hier heißt so.
palette-begin = Neuen Chat mit „{ $text }“ beginnen

palette-chats = Chats
palette-this-chat = Dieser Chat
palette-models = Modelle
palette-actions = Befehle

palette-archived = Archiviert
palette-chosen = Gewählt

palette-stop-also = beenden abbrechen stopp
palette-edit-last = Deine letzte Nachricht bearbeiten
palette-edit-last-also = ändern korrigieren
palette-new-also = neu
palette-latest-also = Ende unten letzte
palette-members = Mitglieder und Teilen
palette-members-also = einladen Personen Einladungslink
palette-new-chat-also = anlegen beginnen starten
palette-notices-also = Erwähnungen Neues
palette-sidebar-also = umschalten Seitenleiste
palette-shortcuts-also = Tasten Tastatur Hilfe
palette-settings-also = Optionen

palette-pin = Diesen Chat anheften
palette-unpin = Diesen Chat lösen
palette-pin-also = oben anpinnen
palette-mute = Diesen Chat stummschalten
palette-unmute = Stummschaltung dieses Chats aufheben
palette-mute-also = leise Benachrichtigungen
palette-archive = Diesen Chat archivieren
palette-unarchive = Diesen Chat aus dem Archiv holen
palette-archive-also = weglegen verbergen
palette-copy-link = Link zu diesem Chat kopieren
palette-copy-link-also = Adresse URL
palette-rename = Diesen Chat umbenennen
palette-rename-also = Titel
palette-delete = Diesen Chat löschen
palette-delete-also = entfernen

palette-profile-also = Name Farbe Bild online
palette-appearance-also = Design Farben Dichte Textgröße Kontrast
palette-models-also = Vorgabe Temperatur Systemprompt
palette-notifications-also = Push
palette-data-also = Speicher Cache exportieren importieren
palette-devices-also = Sitzungen Telefone Computer
palette-account-also = Passwort ändern löschen
palette-sign-out = Abmelden …
palette-sign-out-also = ausloggen verlassen

palette-theme-system = Design: wie das System
palette-theme-light = Design: hell
palette-theme-dark = Design: dunkel
palette-theme-paper = Design: Papier
palette-theme-midnight = Design: Mitternacht
palette-theme-also = Farben Modus Aussehen
palette-ask = { $model } fragen
palette-ask-also = Modell wechseln

palette-rename-title = Chat umbenennen
palette-rename-name = Neuer Name des Chats

shortcuts-title = Tastenkürzel
shortcuts-everywhere = Überall
shortcuts-writing = Beim Schreiben
shortcuts-messages = In den Nachrichten
shortcuts-lists = In Listen und Menüs

shortcut-palette = Einen Chat oder einen Befehl finden
shortcut-previous-thread = Voriger Chat
shortcut-next-thread = Nächster Chat
shortcut-next-unread = Nächster ungelesener Chat
shortcut-compose = Eine Nachricht schreiben
shortcut-sidebar = Chatliste zeigen oder verbergen
shortcut-sheet = Tastenkürzel, außer beim Schreiben
shortcut-edit-last = Deine letzte Nachricht bearbeiten, solange das Feld leer ist
shortcut-stop = Die Antwort anhalten
shortcut-new-line = Neue Zeile
shortcut-name = Eine Person oder das Modell nennen
shortcut-messages = Vorige und nächste Nachricht
shortcut-messages-ends = Erste und letzte Nachricht
shortcut-back = Zurück zum Schreiben
shortcut-lists = Voriges und nächstes
shortcut-lists-ends = Erstes und letztes

# Tasten, wie sie auf der Tastatur stehen oder wie man sie nennt.
key-up = Pfeil nach oben
key-down = Pfeil nach unten
key-home = Pos1
key-end = Ende
key-enter = Enter
key-esc = Esc
key-escape = Escape
key-ctrl = Strg
key-control = Steuerung
key-alt = Alt
key-option = Option
key-shift = Umschalt
key-command = Befehl
key-meta = Meta
