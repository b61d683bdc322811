# Vor der App, um sie herum, und wo noch nichts ist.

# Anmelden und ein Konto anlegen.
enter-lead = Melde dich an, um zu deinen Chats zu kommen.
enter-create-lead = Lege dein Konto an.
enter-username = Benutzername
enter-password = Passwort
enter-invite = Einladung
enter-create = Konto anlegen
enter-instead = Ich habe ein Konto

# Einem Link folgen, der einen zum Mitglied macht.
enter-join = Du trittst einem Chat bei
enter-join-wait = Einen Moment …

# Eine Adresse, die nirgendwohin führt.
enter-not-found = Seite nicht gefunden
enter-not-found-about = Unter dieser Adresse gibt es nichts.
enter-new-chat = Neuen Chat beginnen

# Was um jede Seite ist.
shell-sidebar-width = Breite der Seitenleiste
shell-sidebar-open = Seitenleiste öffnen

# Ein Chat, der neu ist, oder fort, oder nur zu lesen.
chat-page-new = Was beschäftigt dich?
chat-page-missing = Diesen Chat gibt es hier nicht
chat-page-missing-about = Er wurde gelöscht, oder du bist kein Mitglied.
chat-page-unsent = Das wurde nicht gesendet. Du kannst es kopieren.
chat-page-readonly = Du kannst diesen Chat lesen. Wer schreiben darf, entscheidet sein Eigentümer.

# Ein neuer Chat vor den ersten Worten. Was auf -text endet, wird für die Person geschrieben.
welcome-lead = Frag ein Modell oder schreib mit anderen. Alles liegt auf deinem Server, für jedes deiner Geräte.
welcome-prompts = Zum Ausprobieren
welcome-explain = Etwas erklären
welcome-explain-about = Warum der Himmel blau ist, in einfachen Worten
welcome-explain-text = Erkläre in einfachen Worten, warum der Himmel blau ist.
welcome-code = Code schreiben
welcome-code-about = Die Wörter eines Textes, gezählt
welcome-code-text = Schreib eine Rust-Funktion, die zählt, wie oft jedes Wort in einem Text vorkommt.
welcome-plan = Einen Plan machen
welcome-plan-about = Ein Wochenende in Lissabon, als Tabelle
welcome-plan-text = Plane ein Wochenende in Lissabon für zwei Leute, die gern zu Fuß gehen. Mach eine Tabelle daraus.
welcome-reword = Andere Worte finden
welcome-reword-about = Eine freundlichere, kürzere Nachricht
welcome-reword-text = Mach das freundlicher und kürzer: „Ich brauche den Bericht heute, du bist schon wieder zu spät dran.“
welcome-answers = { $model } antwortet. Unten kannst du ein anderes Modell wählen.
welcome-demo = Es antwortet die eingebaute Demo. Sie ist keine KI.
welcome-connect = Ein Modell verbinden
# Zwischen diesen beiden steht der Name Ollama, als Link.
welcome-connect-here = Auf diesem Rechner: Starte
welcome-connect-here-found = mit einem beliebigen Modell. Weft findet es von selbst, innerhalb einer halben Minute.
welcome-connect-elsewhere = Anderswo: Starte den Server mit der Adresse und dem Schlüssel eines Dienstes, der die Schnittstelle von OpenAI spricht.
welcome-connect-command = So startest du den Server
