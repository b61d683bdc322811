# Words of more than one place.

weft = Weft
loading = Loading…
try-again = Try again
cancel = Cancel
close = Close
save = Save
delete = Delete
remove = Remove
undo = Undo
edit = Edit
copy = Copy
copied = Copied
dismiss = Dismiss
reload = Reload
settings = Settings
sign-in = Sign in
sign-out = Sign out
new-chat = New chat
search = Search
message = Message
send = Send
