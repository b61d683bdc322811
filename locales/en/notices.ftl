# What the person is told of.

notices-title = Notices
notices-unread = Notices, { NUMBER($count) } unread
notices-read-all = Mark all read
notices-empty = Nothing yet. When somebody mentions you, adds you to a chat or joins yours, or a reply is ready elsewhere, it is here.
# One that is unread.
notices-new = Unread
