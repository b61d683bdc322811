# Was um formatierten Text steht, und um Teile der App, die noch kommen.

text-note = Hinweis
text-tip = Tipp
text-important = Wichtig
text-warning = Warnung
text-caution = Vorsicht
text-done = Erledigt
text-to-do = Zu erledigen
text-table = Tabelle
text-footnotes = Fußnoten
text-footnote = Fußnote { NUMBER($number) }
text-reference = Zurück zu Verweis { NUMBER($number) }
text-show-image = Bild von { $host } anzeigen
text-formula-failed = Die Formel lässt sich nicht setzen.

text-code = Code
text-code-copy = Code kopieren
text-code-wrap = Umbrechen
text-code-wrap-lines = Zeilen umbrechen
text-code-less = Weniger anzeigen
text-code-all =
    { $lines ->
        [one] { $lines } Zeile anzeigen
       *[other] Alle { $lines } Zeilen anzeigen
    }

part-failed = Dieser Teil der App konnte nicht geladen werden.
