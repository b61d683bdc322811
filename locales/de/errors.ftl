# Was schiefging, und was von Anzahlen, Zeiten und Größen gesagt wird.

error-unreached = Der Server ist nicht erreichbar. Weft versucht es weiter …
error-unauthenticated = Bitte melde dich noch einmal an.
error-unsupported = Diese Seite ist veraltet. Lade sie neu.
error-internal = Auf dem Server ist etwas schiefgegangen.
error-too-many-sockets = Dieses Konto ist an zu vielen Orten offen.
error-superseded = Ein anderer Tab hat übernommen.
error-too-fast = Das war zu schnell. Warte einen Moment.
error-renewed = Die Verbindung wird erneuert.
error-no-such-thread = Diesen Chat gibt es nicht mehr.
error-no-such-message = Diese Nachricht gibt es nicht mehr.
error-id-taken = Diese Kennung ist schon vergeben.
error-no-such-member = Diese Person ist kein Mitglied des Chats.
error-thread-full = Dieser Chat hat so viele Mitglieder, wie er haben kann.
error-not-allowed = Das darfst du nicht.
error-empty-text = Der Text ist leer.
error-text-too-long = Der Text ist zu lang.
error-out-of-range = Diese Zahl ist hier nicht möglich.
error-wrong-kind = Das geht bei dieser Nachricht nicht.
error-no-such-model = Dieses Modell wird nicht mehr angeboten. Wähle ein anderes.
error-provider-unauthorized = Der Anbieter des Modells hat den Schlüssel des Servers abgelehnt.
error-provider-rate-limited = Der Anbieter des Modells ist überlastet. Versuche es gleich noch einmal.
error-provider-rejected = Der Anbieter des Modells hat die Anfrage abgelehnt.
error-provider-unavailable = Der Anbieter des Modells ist nicht erreichbar.
error-provider-timeout = Der Anbieter des Modells hat zu lange nicht geantwortet.
error-provider-cut = Die Antwort brach ab.
error-provider-garbled = Der Anbieter des Modells hat etwas Unlesbares geschickt.
error-reply-too-long = Die Antwort wurde zu lang und darum beendet.
error-interrupted = Der Server ist während dieser Antwort neu gestartet.

error-unreachable = Der Server ist nicht erreichbar. Prüfe die Verbindung und versuche es noch einmal.
error-bad-request = Der Server hat das nicht verstanden. Lade die Seite neu.
error-username-invalid = Ein Benutzername hat 1 bis 32 Buchstaben, Ziffern, Bindestriche, Punkte oder Unterstriche.
error-username-taken = Dieser Benutzername ist vergeben. Wähle einen anderen.
error-profile-invalid = Ein Name hat höchstens 40 Zeichen, alle in einer Zeile.
error-password-invalid = Ein Passwort hat mindestens 8 Zeichen.
error-wrong-credentials = Der Benutzername oder das Passwort ist falsch.
error-too-many-attempts =
    { $seconds ->
        [one] Zu viele Versuche. Versuche es in { $seconds } Sekunde noch einmal.
       *[other] Zu viele Versuche. Versuche es in { $seconds } Sekunden noch einmal.
    }
error-not-owner = Das kann nur der Eigentümer des Chats.
error-no-such-user = Niemand hier hat diesen Benutzernamen.
error-invite-invalid = Diese Einladung ist abgelaufen, zurückgezogen oder aufgebraucht. Bitte um eine neue.
error-invite-needed = Für ein Konto braucht man hier eine Einladung.
error-origin-not-allowed = Der Server lässt die Adresse dieser Seite nicht zu.
error-internal-for-now = Auf dem Server ist etwas schiefgegangen. Versuche es gleich noch einmal.

keeping-nowhere = Dieses Gerät kann keine Nachrichten behalten: Was nicht gesendet ist, geht verloren, wenn dieser Tab schließt.
outdated-here = Diese Version von Weft ist zu alt für den Server. Lade neu, um eine neuere zu bekommen. Was du schreibst, wartet bis dahin auf diesem Gerät.
outdated-nowhere = Diese Version von Weft ist zu alt für den Server. Lade neu, um eine neuere zu bekommen. Was hier nicht gesendet ist, geht dabei verloren: Kopiere es vorher.

typing-one = { $name } schreibt
typing-somebody = Jemand schreibt
typing-two = { $first } und { $second } schreiben
typing-many =
    { $count ->
        [one] { $count } Person schreibt
       *[other] { $count } Personen schreiben
    }

person-deleted = Gelöschtes Konto

ago-now = gerade eben
ago-minutes =
    { $minutes ->
        [one] vor { $minutes } Minute
       *[other] vor { $minutes } Minuten
    }
ago-hours =
    { $hours ->
        [one] vor { $hours } Stunde
       *[other] vor { $hours } Stunden
    }
ago-days =
    { $days ->
        [one] vor { $days } Tag
       *[other] vor { $days } Tagen
    }

last-seen-now = Online
last-seen-minutes =
    { $minutes ->
        [one] Zuletzt online vor { $minutes } Minute
       *[other] Zuletzt online vor { $minutes } Minuten
    }
last-seen-hours =
    { $hours ->
        [one] Zuletzt online vor { $hours } Stunde
       *[other] Zuletzt online vor { $hours } Stunden
    }
last-seen-days =
    { $days ->
        [one] Zuletzt online vor { $days } Tag
       *[other] Zuletzt online vor { $days } Tagen
    }

days-count =
    { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }
people-count =
    { $count ->
        [one] { $count } Person
       *[other] { $count } Personen
    }

size-bytes =
    { $size ->
        [one] { $size } Byte
       *[other] { $size } Byte
    }
size-kb = { $size } KB
size-mb = { $size } MB
size-gb = { $size } GB

push-unsupported = Dieser Browser kann dich hier nicht benachrichtigen. Auf einem Telefon installiere Weft zuerst.
push-denied = Benachrichtigungen sind blockiert. Erlaube sie für diese Seite in den Einstellungen des Browsers.
push-off = Erfahre auf diesem Gerät von neuen Nachrichten, während Weft geschlossen ist.
push-on = Dieses Gerät benachrichtigt dich, während Weft geschlossen ist.
push-failed = Das hat nicht geklappt. Prüfe die Verbindung und versuche es noch einmal.

unsent-count =
    { $count ->
        [0] Inzwischen ist alles gesendet.
        [one] { $count } Nachricht ist noch nicht gesendet. Wenn du dich abmeldest, wird sie von diesem Gerät gelöscht.
       *[other] { $count } Nachrichten sind noch nicht gesendet. Wenn du dich abmeldest, werden sie von diesem Gerät gelöscht.
    }
lost-count =
    { $count ->
        [one] { $count } Nachricht ist noch nicht gesendet. Sie geht verloren.
       *[other] { $count } Nachrichten sind noch nicht gesendet. Sie gehen verloren.
    }
