# What went wrong, and what is said of counts, times and sizes.

error-unreached = The server cannot be reached. Weft keeps trying…
error-unauthenticated = Please sign in again.
error-unsupported = This page is out of date. Reload it.
error-internal = Something went wrong on the server.
error-too-many-sockets = This account is open in too many places.
error-superseded = Another tab has taken over.
error-too-fast = That was too fast. Wait a moment.
error-renewed = The connection is being renewed.
error-no-such-thread = This chat does not exist any more.
error-no-such-message = This message does not exist any more.
error-id-taken = That id is in use already.
error-no-such-member = This person is no member of the chat.
error-thread-full = This chat has as many members as it can have.
error-not-allowed = You are not allowed to do that.
error-empty-text = The text is empty.
error-text-too-long = The text is too long.
error-out-of-range = That number is not possible here.
error-wrong-kind = That is not possible for this message.
error-no-such-model = This model is no longer offered. Choose another one.
error-provider-unauthorized = The model provider refused the server's key.
error-provider-rate-limited = The model provider is busy. Try again in a moment.
error-provider-rejected = The model provider rejected the request.
error-provider-unavailable = The model provider cannot be reached.
error-provider-timeout = The model provider took too long to answer.
error-provider-cut = The reply was cut off.
error-provider-garbled = The model provider sent something unreadable.
error-reply-too-long = The reply grew too long and was ended.
error-interrupted = The server restarted during this reply.

error-unreachable = The server cannot be reached. Check the connection and try again.
error-bad-request = The server did not understand that. Reload the page.
error-username-invalid = A username has 1 to 32 letters, digits, dashes, dots or underscores.
error-username-taken = This username is taken. Choose another one.
error-profile-invalid = A name has at most 40 characters, all on one line.
error-password-invalid = A password has at least 8 characters.
error-wrong-credentials = The username or the password is wrong.
error-too-many-attempts =
    { $seconds ->
        [one] Too many attempts. Try again in { $seconds } second.
       *[other] Too many attempts. Try again in { $seconds } seconds.
    }
error-not-owner = Only the owner of the chat can do that.
error-no-such-user = Nobody here has that username.
error-invite-invalid = This invitation has expired, was withdrawn or is used up. Ask for a new one.
error-invite-needed = Creating an account here needs an invite.
error-origin-not-allowed = The server does not allow this page's address.
error-internal-for-now = Something went wrong on the server. Try again in a moment.

keeping-nowhere = This device cannot keep messages: what is unsent is lost when this tab closes.
outdated-here = This version of Weft is too old for the server. Reload to get a newer one. What you write waits on this device until then.
outdated-nowhere = This version of Weft is too old for the server. Reload to get a newer one. What is unsent here is lost by that: copy it first.

typing-one = { $name } is typing
typing-somebody = Somebody is typing
typing-two = { $first } and { $second } are typing
typing-many =
    { $count ->
        [one] { $count } person is typing
       *[other] { $count } people are typing
    }

person-deleted = Deleted user

ago-now = just now
ago-minutes =
    { $minutes ->
        [one] { $minutes } minute ago
       *[other] { $minutes } minutes ago
    }
ago-hours =
    { $hours ->
        [one] { $hours } hour ago
       *[other] { $hours } hours ago
    }
ago-days =
    { $days ->
        [one] { $days } day ago
       *[other] { $days } days ago
    }

last-seen-now = Online
last-seen-minutes =
    { $minutes ->
        [one] Last seen { $minutes } minute ago
       *[other] Last seen { $minutes } minutes ago
    }
last-seen-hours =
    { $hours ->
        [one] Last seen { $hours } hour ago
       *[other] Last seen { $hours } hours ago
    }
last-seen-days =
    { $days ->
        [one] Last seen { $days } day ago
       *[other] Last seen { $days } days ago
    }

days-count =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
people-count =
    { $count ->
        [one] { $count } person
       *[other] { $count } people
    }

size-bytes =
    { $size ->
        [one] { $size } byte
       *[other] { $size } bytes
    }
size-kb = { $size } KB
size-mb = { $size } MB
size-gb = { $size } GB

push-unsupported = This browser cannot notify you here. On a phone, install Weft first.
push-denied = Notifications are blocked. Allow them for this site in the browser's settings.
push-off = Hear of new messages on this device while Weft is closed.
push-on = This device notifies you while Weft is closed.
push-failed = That did not work. Check the connection and try again.

unsent-count =
    { $count ->
        [0] Everything has been sent by now.
        [one] { $count } message has not been sent yet. If you sign out, it is deleted from this device.
       *[other] { $count } messages have not been sent yet. If you sign out, they are deleted from this device.
    }
lost-count =
    { $count ->
        [one] { $count } message has not been sent yet. It is lost.
       *[other] { $count } messages have not been sent yet. They are lost.
    }
