"""TODO: what this package is, in a sentence."""

from .secret import Secret as Secret
from .sophnet import BASE_URL as BASE_URL
from .sophnet import DIFY_URL as DIFY_URL
from .sophnet import MODEL as MODEL
from .sophnet import DifyApp as DifyApp
from .sophnet import Settings as Settings
from .sophnet import TeleAIAccount as TeleAIAccount
from .sophnet import Timeouts as Timeouts
from .sophnet import checked_key as checked_key
from .sophnet import checked_url as checked_url
from .sophnet import choose as choose
from .sophnet import choose_dify as choose_dify
from .sophnet import data_folder as data_folder
from .sophnet import dify_apps as dify_apps
from .sophnet import environment_base_url as environment_base_url
from .sophnet import environment_dify_url as environment_dify_url
from .sophnet import environment_has_key as environment_has_key
from .sophnet import forget as forget
from .sophnet import media_in_files as media_in_files
from .sophnet import model_name as model_name
from .sophnet import profile_in_use as profile_in_use
from .sophnet import session as session
from .sophnet import store as store
