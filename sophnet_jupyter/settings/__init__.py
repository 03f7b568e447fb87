"""
Where requests go and with which key.

What a site's policy locks comes first (`policy`), then arguments, then what ``%sophnet`` set in
this session, then the environment, then the profile that ``%sophnet login`` has stored, then the
policy's defaults; with no key at all, the sandbox. Only this package reads the environment.

Which variables there are, and what each means: `variables.VARIABLES`.

A profile is a key with the address and the project it belongs to, and these three stay together:
a stored key goes to its own address whatever SOPHNET_BASE_URL says, and a key from elsewhere never
goes to the address of a profile.

What no setting can hide: a process of the same user reads SOPHNET_API_KEY in
``/proc/<pid>/environ``, and a cell can print any variable. A stored key is in neither.
"""

from . import resource_ids as resource_ids
from .addresses import BASE_URL as BASE_URL
from .addresses import checked_key as checked_key
from .addresses import checked_url as checked_url
from .asking import WhoAsks as WhoAsks
from .dify import DIFY_URL as DIFY_URL
from .dify import DifySettings as DifySettings
from .dify import choose_dify as choose_dify
from .dify import dify_apps as dify_apps
from .dify import environment_dify_url as environment_dify_url
from .environment import Timeouts as Timeouts
from .environment import cache_folder as cache_folder
from .environment import cache_size as cache_size
from .environment import cassette_path as cassette_path
from .environment import data_folder as data_folder
from .environment import history_on as history_on
from .environment import mask_patterns as mask_patterns
from .environment import media_folder as media_folder
from .environment import media_in_files as media_in_files
from .environment import nobody_watches as nobody_watches
from .environment import notebook_path as notebook_path
from .environment import output_is_stable as output_is_stable
from .environment import page_address as page_address
from .environment import profile_in_use as profile_in_use
from .environment import refuse_silent_sandbox as refuse_silent_sandbox
from .environment import replays as replays
from .environment import session as session
from .environment import spending_limit as spending_limit
from .environment import store as store
from .environment import usual_spending_limit as usual_spending_limit
from .language_choice import keep_language as keep_language
from .language_choice import language_choice as language_choice
from .policy import Policy as Policy
from .policy import policy as policy
from .renewed import RenewedSecret as RenewedSecret
from .secret import Secret as Secret
from .secret import scrub as scrub
from .sophnet import MODEL as MODEL
from .sophnet import Settings as Settings
from .sophnet import choose as choose
from .sophnet import environment_base_url as environment_base_url
from .sophnet import environment_has_key as environment_has_key
from .sophnet import forget as forget
from .sophnet import model_name as model_name
from .teleai import TeleAIAccount as TeleAIAccount
from .variables import described as described
from .variables import given_hosts as given_hosts
from .variables import given_variables as given_variables
from .variables import notice as notice
from .variables import unknown_variables as unknown_variables
