"""TODO: what this package is, in a sentence."""

from .dify import DIFY_URL as DIFY_URL
from .dify import DifyApp as DifyApp
from .dify import choose_dify as choose_dify
from .dify import dify_apps as dify_apps
from .dify import environment_dify_url as environment_dify_url
from .environment import BASE_URL as BASE_URL
from .environment import Timeouts as Timeouts
from .environment import checked_key as checked_key
from .environment import checked_url as checked_url
from .environment import data_folder as data_folder
from .environment import media_in_files as media_in_files
from .environment import profile_in_use as profile_in_use
from .environment import session as session
from .environment import store as store
from .secret import Secret as Secret
from .sophnet import MODEL as MODEL
from .sophnet import Settings as Settings
from .sophnet import choose as choose
from .sophnet import environment_base_url as environment_base_url
from .sophnet import environment_has_key as environment_has_key
from .sophnet import forget as forget
from .sophnet import model_name as model_name
from .teleai import TeleAIAccount as TeleAIAccount
