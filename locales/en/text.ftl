# What stands around formatted text, and around parts of the app that are on their way.

text-note = Note
text-tip = Tip
text-important = Important
text-warning = Warning
text-caution = Caution
text-done = Done
text-to-do = To do
text-table = Table
text-footnotes = Footnotes
text-footnote = Footnote { NUMBER($number) }
text-reference = Back to reference { NUMBER($number) }
text-show-image = Show image from { $host }
text-formula-failed = The formula cannot be set.

text-code = code
text-code-copy = Copy code
text-code-wrap = Wrap
text-code-wrap-lines = Wrap lines
text-code-less = Show less
text-code-all =
    { $lines ->
        [one] Show { $lines } line
       *[other] Show all { $lines } lines
    }

part-failed = This part of the app could not be loaded.
