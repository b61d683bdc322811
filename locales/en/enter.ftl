# Before the app, around it, and where there is nothing yet.

# Signing in, and creating an account.
enter-lead = Sign in to your chats.
enter-create-lead = Create your account.
enter-username = Username
enter-password = Password
enter-invite = Invite
enter-create = Create account
enter-instead = I have an account

# Following a link that makes one a member.
enter-join = Joining a chat
enter-join-wait = One moment…

# An address that leads nowhere.
enter-not-found = Page not found
enter-not-found-about = There is nothing at this address.
enter-new-chat = Start a new chat

# What surrounds every page.
shell-sidebar-width = Sidebar width
shell-sidebar-open = Open sidebar

# A chat that is new, or gone, or only read.
chat-page-new = What is on your mind?
chat-page-missing = This chat is not here
chat-page-missing-about = It was deleted, or you are no member of it.
chat-page-unsent = This was not sent. You can copy it.
chat-page-readonly = You can read this chat. Its owner decides who can write.

# A new chat before its first words. What ends in -text is written for the person.
welcome-lead = Ask a model, or write with people. It is kept on your server, for every device of yours.
welcome-prompts = Things to try
welcome-explain = Explain something
welcome-explain-about = Why the sky is blue, in plain words
welcome-explain-text = Explain in plain words why the sky is blue.
welcome-code = Write some code
welcome-code-about = The words of a text, counted
welcome-code-text = Write a Rust function that counts how often each word is in a text.
welcome-plan = Make a plan
welcome-plan-about = A weekend in Lisbon, as a table
welcome-plan-text = Plan a weekend in Lisbon for two people who like to walk. Make a table.
welcome-reword = Find other words
welcome-reword-about = A kinder, shorter message
welcome-reword-text = Make this kinder and shorter: “I need the report today, you are late again.”
welcome-answers = { $model } answers. You can choose another model below.
welcome-demo = The built-in demo answers. It is no AI.
welcome-connect = Connect a model
# Between these two stands the name Ollama, as a link.
welcome-connect-here = On this machine: start
welcome-connect-here-found = with any model. Weft finds it by itself within half a minute.
welcome-connect-elsewhere = Elsewhere: start the server with the address and the key of any service that speaks OpenAI's interface.
welcome-connect-command = How to start the server
