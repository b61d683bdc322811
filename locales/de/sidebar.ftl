# Was neben der Seite ist, und über ihr.

sidebar-close = Seitenleiste schließen
sidebar-threads = Chats
sidebar-empty = Deine Chats erscheinen hier.
# Der Bereich der kurzen Hinweise.
toasts-label = Hinweise
