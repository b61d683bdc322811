# Die Einstellungen, einer Person und eines Chats, und das Abmelden.

# Wie man heißt und gezeigt wird.
settings-profile = Profil
settings-name = Name
settings-name-note = Andere sehen diesen Namen. Sie erwähnen dich als @{ $username }.
settings-colour = Farbe
settings-colour-automatic = Automatisch
settings-colour-violet = Violett
settings-colour-red = Rot
settings-colour-amber = Bernstein
settings-colour-green = Grün
settings-colour-teal = Petrol
settings-colour-pink = Pink
settings-profile-saved = Profil gespeichert.
settings-profile-save = Profil speichern
settings-hide = Verbergen, wann ich online bin
settings-hide-note = Niemand sieht, wann du hier bist, was du gerade schreibst oder wann du zuletzt da warst. Du siehst es auch bei anderen nicht.

# Wie die App aussieht.
settings-appearance = Aussehen
settings-language = Sprache
settings-language-note = Weft lädt dafür neu.
settings-theme = Design
settings-density = Dichte
settings-text-size = Textgröße
settings-contrast = Hoher Kontrast
settings-appearance-note = Gilt nur auf diesem Gerät.

# Welches Modell gefragt wird, wo ein Chat nichts anderes sagt.
settings-models = Modelle
settings-models-note = Für neue Chats und für jeden Chat, der nichts anderes sagt. Auf allen deinen Geräten.
settings-model = Standardmodell
settings-model-last = Das zuletzt gewählte
settings-model-gone = { $model } (zurzeit nicht angeboten)
settings-model-unsaid = Die des Anbieters
settings-models-saved = Gespeichert.

# Was dieses Gerät erfährt, während die App geschlossen ist.
settings-notifications = Benachrichtigungen
settings-push-on = Einschalten
settings-push-off = Ausschalten
settings-push-hide = Verbergen, was geschrieben wurde
settings-push-show = Zeigen, was geschrieben wurde

# Was jemand hier hat, der Weg hinaus und der Weg hinein.
settings-data = Daten
settings-data-device = Auf diesem Gerät
settings-data-server = Auf dem Server
settings-data-unknown = Nicht bekannt
settings-data-stored = { $chats }, { $messages }, { $size } Text
settings-data-offline = Das braucht den Server. Es geht wieder, sobald du verbunden bist.
settings-chats =
    { $count ->
        [one] { $count } Chat
       *[other] { $count } Chats
    }
settings-messages =
    { $count ->
        [one] { $count } Nachricht
       *[other] { $count } Nachrichten
    }
settings-clear = Zwischenspeicher leeren
settings-clear-about = Verwirft die Nachrichten, die dieses Gerät aufbewahrt, und holt sie neu. Was nicht gesendet ist und was du gerade schreibst, bleibt.
settings-cleared = Der Zwischenspeicher wurde geleert.
settings-export = Exportieren
settings-export-about = Alle deine Chats in einer JSON-Datei, mit jeder Fassung jeder Nachricht. Einen einzelnen Chat exportierst du in seinen eigenen Einstellungen.
settings-export-all = Alles exportieren
settings-exporting = Wird exportiert
settings-export-at = Wird exportiert … { $size }
settings-export-saved = Als Datei gespeichert.
settings-import = Importieren
settings-import-about = Chats, die als JSON exportiert wurden, hier oder auf einem anderen Server, bis zu 256 MB. Sie gehören dann dir. Ein Chat, der schon hier ist, bleibt, wie er ist.
settings-import-file = Datei zum Importieren
settings-importing = Wird importiert
settings-import-at = Wird importiert … { $size } von { $all }
settings-import-sent = Wird importiert …

# Was daraus wurde. $present Chats der Datei waren vorher schon hier.
settings-imported-none =
    { $present ->
        [0] In dieser Datei ist kein Chat.
        [one] Nichts ist neu: { $present } Chat dieser Datei ist schon hier.
       *[other] Nichts ist neu: { $present } Chats dieser Datei sind schon hier.
    }
settings-imported =
    { $present ->
        [0] { $chats } mit { $messages } importiert.
        [one] { $chats } mit { $messages } importiert. { $present } weiterer Chat war schon hier.
       *[other] { $chats } mit { $messages } importiert. { $present } weitere Chats waren schon hier.
    }
settings-import-no-export = Diese Datei ist kein Export von Weft.
settings-import-too-new = Diese Datei stammt von einer neueren Version von Weft als der dieses Servers.

# Warum es vorzeitig endete. Die Zeile ist keine Zahl: man sucht sie in einem Editor. $what ist einer der Fehler unten,
# und $kept die letzte dieser Nachrichten.
settings-import-refused = Zeile { $line }: { $what }. { $kept }
# Was einen Fehler hat, als Subjekt eines Satzes.
settings-flawed-file = Die Datei
settings-flawed-chat = Chat { NUMBER($chat) }
settings-flawed-message = Nachricht { NUMBER($message) } von Chat { NUMBER($chat) }
settings-flaw-garbled = { $which } ist nicht, was ein Export dort hat
settings-flaw-cut = { $which } bricht hier ab
settings-flaw-too-large = { $which } ist zu groß zum Importieren
settings-flaw-title = { $which } hat keinen Titel oder einen zu langen
settings-flaw-tuning = { $which } hat einen Systemprompt oder eine Temperatur, die nicht möglich ist
settings-flaw-name = { $which } nennt jemanden, dessen Name leer oder zu lang ist
settings-flaw-author = { $which } ist von jemandem, der nicht zum Chat gehört
settings-flaw-parent = { $which } folgt auf eine Nachricht, die nicht davor steht
settings-flaw-repeated = { $which } kommt zweimal vor
settings-flaw-text = { $which } hat keinen Text oder einen zu langen
settings-flaw-status = { $which } ist nicht vollständig
settings-flaw-taken = { $which } wurde schon einmal importiert und gehört jetzt jemand anderem
settings-import-kept =
    { $count ->
        [0] Es wurde nichts importiert.
        [one] { $count } Chat davor kam herein und kann bleiben; von diesem kam nichts.
       *[other] { $count } Chats davor kamen herein und können bleiben; von diesem kam nichts.
    }

# Wo man angemeldet ist. $ago ist, wie lange es her ist.
settings-devices = Geräte
settings-devices-others = Alle anderen Geräte abmelden
settings-device-unknown = Unbekanntes Gerät
settings-device-here = Dieses Gerät
settings-device-connected = Verbunden
settings-device-used = Zuletzt benutzt { $ago }
settings-device-when = { $used } · Angemeldet { $ago }
settings-device-sign-out = { $device } abmelden

# Wer man hier ist. Nach der zweiten hiervon steht der Name.
settings-account = Konto
settings-account-of = Angemeldet als
settings-password-change = Passwort ändern
settings-password-current = Bisheriges Passwort
settings-password-new = Neues Passwort
settings-password-changed = Passwort geändert.

# Das Ende des Kontos.
settings-farewell = Konto löschen …
settings-farewell-ask = Dein Konto löschen?
settings-farewell-final = Das lässt sich nicht rückgängig machen.
settings-farewell-alone = Chats, in denen nur du bist, werden gelöscht.
settings-farewell-shared = Ein Chat von dir mit anderen geht an die Person, die am längsten Bearbeiter ist. Ohne Bearbeiter wird er gelöscht.
settings-farewell-written = Was du in Chats von anderen geschrieben hast, bleibt dort, unter „Gelöschtes Konto“.
settings-farewell-devices = Du wirst überall abgemeldet, und auf diesem Gerät bleibt nichts.
settings-farewell-password = Passwort
settings-farewell-keep = Konto behalten
settings-farewell-delete = Konto löschen

# Das Abmelden.
sign-out-ask = Abmelden?
sign-out-stay = Angemeldet bleiben
sign-out-delete = Abmelden und löschen

# Wie Modelle gefragt werden, und die Einstellungen eines Chats.
tuning-system = Systemprompt
tuning-system-hint = Was einem Modell vor der ersten Nachricht gesagt wird. Bis zu 8 KB.
tuning-temperature = Temperatur
tuning-temperature-hint = Von 0, womit die Antworten jedes Mal fast gleich sind, bis 2.
tuning-refused = Eine Temperatur ist eine Zahl von 0 bis 2, und ein Systemprompt hat bis zu 8 KB.
tuning-chat = Chat-Einstellungen
tuning-chat-read = Wie Modelle in diesem Chat gefragt werden. Ändern kann es, wer hier schreiben darf.
tuning-chat-about = Wie Modelle in diesem Chat gefragt werden, egal wer fragt. Wo hier nichts steht, gelten die eigenen Einstellungen jedes Mitglieds.
tuning-chat-unsaid = Wie jedes Mitglied es eingestellt hat
tuning-export-about = Markdown enthält die Nachrichten, die hier zu sehen sind; JSON enthält jede Fassung davon und lässt sich wieder importieren.
tuning-export-markdown = Als Markdown exportieren
tuning-export-json = Als JSON exportieren
tuning-export-offline = Die Datei macht der Server: Dafür braucht es eine Verbindung.
