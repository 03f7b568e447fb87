"""
Where requests go and with which key.

Arguments come first, then what ``%sophnet`` set in this session, then the environment, then the
profile that ``%sophnet login`` has stored; with no key at all, the sandbox. Only this
package reads the environment.

| name | meaning |
|---|---|
| SOPHNET_API_KEY | the key; without one everything runs in the sandbox |
| SOPHNET_BASE_URL | root of the service, ``https://www.sophnet.com/api/open-apis`` if unset |
| SOPHNET_PROJECT_ID | project, for the longer paths; the key alone is enough for the short ones |
| SOPHNET_MODEL | chat model to use when a call names none |
| SOPHNET_EASYLLM_ID | resource id for every service that wants one |
| SOPHNET_<SERVICE>_EASYLLM_ID | the same for one of `SERVICES`: SPEECH, VOICE, … |
| SOPHNET_PROXY, SOPHNET_CA_BUNDLE | proxy address; file or folder of certificates to trust |
| HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY | read as curl does, where SOPHNET_PROXY is not set |
| SSL_CERT_FILE, REQUESTS_CA_BUNDLE, SSL_CERT_DIR | read where SOPHNET_CA_BUNDLE is not set |
| SOPHNET_PROFILE | profile a new kernel begins with, ``default`` if unset |
| SOPHNET_CONFIG_DIR | folder of ``profiles.json``; the system's own if unset, see `keystore` |
| SOPHNET_DATA_DIR | folder of what is kept on this machine, such as tasks; see `data_folder` |
| SOPHNET_MEDIA | ``embed`` results in notebooks, or keep them as ``files`` beside them |
| SOPHNET_NO_SANDBOX | ``1``: never start the sandbox, fail with a sentence instead |
| SOPHNET_SANDBOX_URL | a sandbox that runs already, to be used in place of one of our own |
| SOPHNET_SANDBOX_KEY | its key, ``sandbox`` if unset |
| DIFY_API_KEY | key of a Dify app; without one ``client.dify`` is an app of the sandbox |
| DIFY_BASE_URL | root of Dify, ``https://api.dify.ai/v1`` if unset |
| DIFY_USER | who asks, to Dify; one of this notebook's own if unset |
| DIFY_<NAME>_API_KEY, DIFY_<NAME>_BASE_URL | further apps, each with a key of its own |
| TELEAI_APP_ID, TELEAI_APP_KEY | TeleAI's id (买家中心-已购能力) and key; without, the sandbox |
| TELEAI_REGION | region that TeleAI's signature names, ``QG`` (all of China) if unset |
| TELEAI_BASE_URL | TeleAI's root, ``https://openapi.teleagi.cn`` if unset |
| TELEAI_DEVICE_UUID | device to name in each request, where one is registered |
| TELEAI_AUTHORIZATION | a ready ``Authorization``, to be sent in place of a signature of ours |

A profile is a key with the address and the project it belongs to, and these three stay together:
a stored key goes to its own address whatever SOPHNET_BASE_URL says, and a key from elsewhere never
goes to the address of a profile.

What no setting can hide: a process of the same user reads SOPHNET_API_KEY in
``/proc/<pid>/environ``, and a cell can print any variable. A stored key is in neither.
"""

from .addresses import BASE_URL as BASE_URL
from .addresses import checked_key as checked_key
from .addresses import checked_url as checked_url
from .dify import DIFY_URL as DIFY_URL
from .dify import DifySettings as DifySettings
from .dify import choose_dify as choose_dify
from .dify import dify_apps as dify_apps
from .dify import environment_dify_url as environment_dify_url
from .environment import Timeouts as Timeouts
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
