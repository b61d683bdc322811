# Was die Person erfährt.

notices-title = Mitteilungen
notices-unread = Mitteilungen, { NUMBER($count) } ungelesen
notices-read-all = Alle gelesen
notices-empty = Noch nichts. Wenn dich jemand erwähnt, zu einem Chat hinzufügt oder deinem beitritt, oder wenn anderswo eine Antwort fertig ist, steht es hier.
# Eine ungelesene.
notices-new = Ungelesen
