"""
The menus in Chinese, where JupyterLab's language pack is: `tests/hosts.py` brings it and names this
file, which no other run collects.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SETTINGS = "translation-extension/plugin.jupyterlab-settings"


def test_menus_and_the_panel_speak_chinese(lab, open_notebook, host):
    path = lab.settings / "@jupyterlab" / SETTINGS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"locale": "zh_CN"}), encoding="utf-8")
    lab.write("zh.ipynb", "%load_ext sophnet_jupyter", "%sophchat what is 17*23?", "1/0")
    notebook = open_notebook("zh.ipynb", host)
    page = notebook.page
    for cell in range(3):
        notebook.run_cell(cell)
    notebook.command("sophnet:side")
    expect(page.locator("#sophnet-side")).to_contain_text("对话")
    expect(page.locator("#sophnet-side")).to_contain_text("后台")
    # What the kernel says in its own words, too.
    expect(page.locator("#sophnet-side")).to_contain_text("密钥来源")
    expect(page.locator("#sophnet-side")).to_contain_text("本机沙盒")
    expect(page.locator("#sophnet-side")).to_contain_text("1 次调用")
    expect(page.locator("#sophnet-side")).to_contain_text("由密钥决定")
    doctor = page.locator("#sophnet-side details", has_text="诊断").first
    doctor.locator("summary").click()
    doctor.get_by_role("button").click()
    expect(doctor).to_contain_text("与服务的时间一致")
    notebook.screenshot(f"lab-chinese-doctor-{host.partition('/')[0]}")
    page.locator(".lm-MenuBar-item", has_text="SophNet").click()
    expect(page.locator(".lm-Menu-item[data-command='sophnet:ask']")).to_have_text("向模型提问")
    notebook.screenshot(f"lab-chinese-{host.partition('/')[0]}")
    page.keyboard.press("Escape")
    notebook.choose(2)
    notebook.output_of(2).click(button="right")
    expect(page.locator(".lm-Menu-item[data-command='sophnet:explain-error']")).to_be_visible()
    notebook.screenshot(f"lab-chinese-error-{host.partition('/')[0]}")
