"""
In which language we speak.

``tr("Saved in {file}.", file=path)`` is that sentence in the language of this moment; where there
is no translation, it stays English. ``mark`` names a sentence that is looked up later, as the words
of a table are. The translations are in ``locale/``, one file a language; CONTRIBUTING says how a
string gets one.
"""

from .catalogue import read as read
from .retelling import retold as retold
from .retelling import told_by as told_by
from .speaking import ENGLISH as ENGLISH
from .speaking import LANGUAGES as LANGUAGES
from .speaking import Listener as Listener
from .speaking import ask_by as ask_by
from .speaking import changed as changed
from .speaking import current as current
from .speaking import listen as listen
from .speaking import mark as mark
from .speaking import tr as tr
from .speaking import translations as translations
from .width import padded as padded
from .width import width as width
from .width import wrapped as wrapped
