# What is beside the page, and over it.

sidebar-close = Close sidebar
sidebar-threads = Threads
sidebar-empty = Your chats will appear here.
# The region of the toasts.
toasts-label = Notifications
