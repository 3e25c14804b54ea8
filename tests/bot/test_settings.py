"""The settings from an environment and a real `.env` file: what is right is read, what is wrong is told, no secret is shown."""

from __future__ import annotations

import subprocess
import sys
import traceback
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from bot.mail_server import MailServer, Security
from bot.setting_values import MEGABYTE
from bot.settings import SETTINGS, BadSettings, Setting, Settings, local_url, read_settings

ROOT = Path(__file__).parents[2]
TOKEN = "123456:AAbb-cc_dd"


def read(folder: Path, **values: str) -> Settings:
    return read_settings({f"HUIYIN_{name}": value for name, value in values.items()}, folder)


def problems(folder: Path, **values: str) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as caught:
        read(folder, **values)
    return caught.value.problems


def test_with_nothing_set_everything_has_its_default(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path) == Settings(
        telegram_token="",
        telegram_base_url="https://api.telegram.org/bot",
        telegram_file_url="https://api.telegram.org/file/bot",
        telegram_mode="polling",
        telegram_poll_timeout=50,
        telegram_webhook_url=None,
        telegram_webhook_secret=None,
        telegram_channel=None,
        listen=("127.0.0.1", 8080),
        database=f"sqlite:{tmp_path}/var/huiyin.db",
        data=tmp_path / "var/data",
        keys=tmp_path / "var/keys",
        city=tmp_path / "examples/xining",
        public_url="http://127.0.0.1:8080",
        log="text",
        behind_proxy=False,
        pace_all=25.0,
        pace_chat=1.0,
        pace_group=18.0,
        messages_per_minute=1200,
        address_messages_per_minute=12000,
        people_per_hour=2000,
        upload_bytes=300 * MEGABYTE,
        address_upload=3000 * MEGABYTE,
        free_disk=500 * MEGABYTE,
        wrong_codes=5,
        address_wrong_codes=50,
        wrong_codes_wait=15,
        tick=timedelta(seconds=5),
        smtp=None,
        mail_from="",
        robot_origins=("https://qyapi.weixin.qq.com", "https://oapi.dingtalk.com", "https://open.feishu.cn"),
    )


def test_every_setting_of_the_table_is_an_attribute_and_the_other_way_round() -> None:
    assert [setting.key for setting in SETTINGS] == [item.name for item in fields(Settings)]


def test_what_the_table_calls_secret_is_what_a_printed_settings_object_hides() -> None:
    assert {setting.key for setting in SETTINGS if setting.secret} == {item.name for item in fields(Settings) if not item.repr}


def test_derived_settings_show_the_default_that_they_come_to(tmp_path: Path) -> None:
    shown = {setting.key: setting.default for setting in SETTINGS}
    settings = read_settings({}, tmp_path)
    assert (settings.telegram_file_url, settings.public_url) == (shown["telegram_file_url"], shown["public_url"])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("TELEGRAM_TOKEN", f"  {TOKEN}\n", TOKEN),
        ("TELEGRAM_BASE_URL", "http://127.0.0.1:8081/bot", "http://127.0.0.1:8081/bot"),
        ("TELEGRAM_FILE_URL", "http://[::1]:8081/x/file/bot", "http://[::1]:8081/x/file/bot"),
        ("TELEGRAM_MODE", "Polling", "polling"),
        ("TELEGRAM_POLL_TIMEOUT", "0", 0),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/hooks/tg-1", "https://example.org/hooks/tg-1"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/chatter", "https://example.org/chatter"),
        ("TELEGRAM_WEBHOOK_URL", "http://127.0.0.1:8080/hook", "http://127.0.0.1:8080/hook"),
        ("TELEGRAM_WEBHOOK_URL", "http://[::1]:8080/hook", "http://[::1]:8080/hook"),
        ("TELEGRAM_WEBHOOK_URL", "http://localhost/hook", "http://localhost/hook"),
        ("TELEGRAM_WEBHOOK_SECRET", "a" * 256, "a" * 256),
        ("TELEGRAM_CHANNEL", "@huiyin_board", "@huiyin_board"),
        ("TELEGRAM_CHANNEL", "-1001234567890", "-1001234567890"),
        ("LISTEN", "[::1]:8080", ("::1", 8080)),
        ("LISTEN", "localhost:0", ("localhost", 0)),
        ("DATABASE", "postgresql://huiyin:p%40ss@one:1,two:2/huiyin", "postgresql://huiyin:p%40ss@one:1,two:2/huiyin"),
        ("DATABASE", "sqlite:/srv/huiyin.db", "sqlite:/srv/huiyin.db"),
        ("DATA", "/srv/data", Path("/srv/data")),
        ("CITY", "/srv/here/../西宁", Path("/srv/西宁")),
        ("PUBLIC_URL", "https://12345.example.org/", "https://12345.example.org"),
        ("LOG", "json", "json"),
        ("BEHIND_PROXY", "yes", True),
        ("PACE_ALL", "0", 0.0),
        ("TICK", "0.2", timedelta(seconds=0.2)),
        ("PACE_CHAT", "0.5", 0.5),
        ("MESSAGES_PER_MINUTE", "1", 1),
        ("MAIL_FROM", "huiyin@Example.org", "huiyin@example.org"),
    ],
)
def test_a_value_is_read_as_what_it_means(tmp_path: Path, name: str, text: str, value: object) -> None:
    assert getattr(read(tmp_path, **{name: text}), name.lower()) == value


@pytest.mark.parametrize(
    ("text", "security", "host", "port", "user", "password"),
    [
        ("smtps://huiyin:p%40s%2Fs@mail.example.org", "tls", "mail.example.org", 465, "huiyin", "p@s/s"),
        ("smtp+starttls://huiyin%40example.org:x@localhost:2525", "starttls", "localhost", 2525, "huiyin@example.org", "x"),
        ("smtp://[::1]/", "none", "::1", 25, "", ""),
    ],
)
def test_a_mail_server_is_read_with_what_its_address_leaves_out(
    tmp_path: Path, text: str, security: Security, host: str, port: int, user: str, password: str
) -> None:
    server = read(tmp_path, SMTP=text, MAIL_FROM="huiyin@example.org").smtp
    assert server == MailServer(security=security, host=host, port=port, user=user, password=password)


def test_a_mail_server_needs_an_address_that_mail_comes_from(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, SMTP="smtp://mail.example.org")
    assert "HUIYIN_MAIL_FROM is not set" in problem


def test_robots_are_called_unencrypted_on_this_machine_only(tmp_path: Path) -> None:
    origins = read(tmp_path, ROBOT_HOSTS="Open.Feishu.cn  127.0.0.1:8081 localhost robots.example.org:8443").robot_origins
    assert origins == (
        "https://open.feishu.cn", "http://127.0.0.1:8081", "http://localhost", "https://robots.example.org:8443"
    )  # fmt: skip


def test_megabytes_are_given_in_bytes(tmp_path: Path) -> None:
    settings = read(tmp_path, UPLOAD_MEGABYTES_PER_DAY="0.5", ADDRESS_UPLOAD_MEGABYTES_PER_DAY="2", FREE_DISK_MEGABYTES="0")
    assert (settings.upload_bytes, settings.address_upload, settings.free_disk) == (524_288, 2_097_152, 0)


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("TELEGRAM_TOKEN", "bot" + TOKEN, "BotFather"),
        ("TELEGRAM_BASE_URL", "api.telegram.org/bot", "https://"),
        ("TELEGRAM_BASE_URL", f"https://api.telegram.org/bot{TOKEN}", "/bot"),
        ("TELEGRAM_BASE_URL", "https://api.telegram.org/bot/", "/bot"),
        ("TELEGRAM_BASE_URL", "https://api.telegram.org/bot?", "without ?"),
        ("TELEGRAM_BASE_URL", "https://name:word@api.telegram.org/bot", "without ?, #, @"),
        ("TELEGRAM_BASE_URL", "https://host:99999/bot", "no web address"),
        ("TELEGRAM_BASE_URL", "https://[::1/bot", "no web address"),
        ("TELEGRAM_FILE_URL", "https://api.telegram.org/bot", "/file/bot"),
        ("SMTP", "mail.example.org", "smtps://"),
        ("SMTP", "https://mail.example.org", "smtps://"),
        ("SMTP", "smtps://huiyin:p/ss@mail.example.org", "%2F"),
        ("SMTP", "smtps://mail.example.org:port", "smtps://"),
        ("MAIL_FROM", "Huiyin <huiyin@example.org>", "without a name"),
        ("ROBOT_HOSTS", "https://open.feishu.cn", "names only"),
        ("ROBOT_HOSTS", "name@open.feishu.cn", "names only"),
        ("TELEGRAM_MODE", "push", "polling or webhook"),
        ("TELEGRAM_POLL_TIMEOUT", "51", "from 0 to 50"),
        ("TELEGRAM_POLL_TIMEOUT", "２０", "plain digits"),
        ("TELEGRAM_POLL_TIMEOUT", "20s", "whole number"),
        ("TELEGRAM_WEBHOOK_URL", "http://example.org/hook", "https://"),
        ("TELEGRAM_WEBHOOK_URL", "http://127.0.0.1.example.org/hook", "https://"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org", "path"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/", "path"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/{a}", "path"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/a/../chat", "path"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/chat", "own pages"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/in/hook", "own pages"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/static", "own pages"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.org/healthz", "own pages"),
        ("TELEGRAM_WEBHOOK_SECRET", "a" * 257, "1 to 256"),
        ("TELEGRAM_WEBHOOK_SECRET", "two words", "1 to 256"),
        ("TELEGRAM_CHANNEL", "huiyin_board", "@"),
        ("TELEGRAM_CHANNEL", "https://t.me/huiyin_board", "@"),
        ("LISTEN", "8080", "host and port"),
        ("LISTEN", ":8080", "host and port"),
        ("LISTEN", "::1:8080", "host and port"),
        ("LISTEN", "[fe80::zz]:8080", "host and port"),
        ("LISTEN", "127.0.0.1:65536", "host and port"),
        ("DATABASE", "mysql://localhost/huiyin", "sqlite:"),
        ("DATABASE", "sqlite:", "sqlite:"),
        ("DATABASE", "sqlite:///var/huiyin.db", "sqlite:var/huiyin.db"),
        ("DATABASE", "sqlite::memory:", "sqlite:var/huiyin.db"),
        ("DATABASE", "var/huiyin.db", "sqlite:var/huiyin.db"),
        ("DATABASE", "postgresql://", "postgresql://"),
        ("KEYS", "~/keys", "whole path"),
        ("PUBLIC_URL", "example.org", "https://"),
        ("PUBLIC_URL", "https://example.org/huiyin", "path"),
        ("LOG", "xml", "text or json"),
        ("BEHIND_PROXY", "1", "yes or no"),
        ("PACE_ALL", "-1", "0 or more"),
        ("TICK", "0", "more than 0"),
        ("PACE_ALL", "nan", "0 or more"),
        ("PACE_CHAT", "1e3", "0 or more"),
        ("MESSAGES_PER_MINUTE", "0", "at least 1"),
        ("PEOPLE_PER_HOUR", "12.5", "whole number"),
        ("UPLOAD_MEGABYTES_PER_DAY", "0", "megabytes"),
        ("FREE_DISK_MEGABYTES", "much", "0 or more"),
    ],
)
def test_a_wrong_value_is_told_in_a_sentence_that_says_what_to_write(tmp_path: Path, name: str, text: str, part: str) -> None:
    (problem,) = problems(tmp_path, **{name: text})
    assert problem.startswith(f"HUIYIN_{name} ")
    assert ": write " in problem
    assert problem.endswith(".")
    assert part in problem


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HUIYIN_LOG=xml\nHUIYIN_COLOUR=red\n")
    told = problems(tmp_path, TELEGRAM_MODE="webhook", PACE_ALL="fast", KEYS="var/data/keys")
    assert [problem.split()[0] for problem in told] == [
        "HUIYIN_COLOUR",
        "HUIYIN_LOG",
        "HUIYIN_PACE_ALL",
        "HUIYIN_TELEGRAM_WEBHOOK_URL",
        "HUIYIN_KEYS",
    ]


def test_an_unknown_name_is_refused_and_the_nearest_one_suggested(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, TELEGRAM_TOKN=TOKEN)
    assert problem.startswith("HUIYIN_TELEGRAM_TOKN is no setting of this program: write HUIYIN_TELEGRAM_TOKEN ")
    assert TOKEN not in problem


def test_a_name_in_small_letters_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("huiyin_log=json\n")
    (problem,) = problems(tmp_path)
    assert "write HUIYIN_LOG " in problem


def test_other_programs_variables_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG=xml\nOTHER\n")
    assert read_settings({"PATH": "/bin", "LISTEN": "nowhere"}, tmp_path) == read_settings({}, tmp_path)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HUIYIN_LOG=json\nHUIYIN_PACE_ALL=5\n")
    settings = read(tmp_path, PACE_ALL="7")
    assert (settings.log, settings.pace_all) == ("json", 7.0)


def test_an_empty_value_in_the_environment_brings_back_the_default(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"HUIYIN_TELEGRAM_TOKEN={TOKEN}\nHUIYIN_LOG=json\n")
    settings = read(tmp_path, TELEGRAM_TOKEN="", LOG=" ")
    assert (settings.telegram_token, settings.log) == ("", "text")


def test_a_file_from_a_spreadsheet_users_editor_is_read(tmp_path: Path) -> None:
    text = "\ufeffHUIYIN_TELEGRAM_MODE=polling\r\n# 日志\r\nexport HUIYIN_LOG='json' # for the collector\r\n"
    (tmp_path / ".env").write_bytes(text.encode())
    assert read_settings({}, tmp_path).log == "json"


def test_a_dollar_in_a_password_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HUIYIN_DATABASE=postgresql://huiyin:a${HOME}b@localhost/huiyin\n")
    assert read_settings({}, tmp_path).database == "postgresql://huiyin:a${HOME}b@localhost/huiyin"


@pytest.mark.parametrize("line", ["what is this", "HUIYIN_TELEGRAM_TOKEN", f"HUIYIN_TELEGRAM_TOKEN: {TOKEN}"])
def test_a_line_of_the_file_that_is_no_setting_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"# ours\nHUIYIN_LOG=json\n\n\n{line}\n")
    assert problems(tmp_path) == ("Line 5 of the file .env can't be understood: write it as NAME=value.",)


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("HUIYIN_CITY=西宁\n".encode("gb18030"))
    (problem,) = problems(tmp_path)
    assert "UTF-8" in problem


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    (problem,) = problems(tmp_path)
    assert ".env can't be read" in problem


def test_the_files_address_follows_a_bot_api_of_ones_own(tmp_path: Path) -> None:
    settings = read(tmp_path, TELEGRAM_BASE_URL="http://127.0.0.1:8081/a/bot")
    assert settings.telegram_file_url == "http://127.0.0.1:8081/a/file/bot"


def test_a_files_address_that_is_set_is_kept_beside_a_bot_api_of_ones_own(tmp_path: Path) -> None:
    settings = read(tmp_path, TELEGRAM_BASE_URL="http://one/bot", TELEGRAM_FILE_URL="http://two/file/bot")
    assert settings.telegram_file_url == "http://two/file/bot"


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:80", "http://[::1]:80"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("10.0.0.7:8080", "http://10.0.0.7:8080"),
    ],
)
def test_the_public_address_follows_the_one_that_is_listened_on(tmp_path: Path, listen: str, url: str) -> None:
    settings = read(tmp_path, LISTEN=listen)
    assert settings.public_url == local_url(*settings.listen) == url


def test_a_public_address_that_is_set_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path, LISTEN="0.0.0.0:80", PUBLIC_URL="https://example.org").public_url == "https://example.org"


def test_webhook_mode_without_an_address_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, TELEGRAM_MODE="webhook")
    assert problem.startswith("HUIYIN_TELEGRAM_WEBHOOK_URL is not set")


def test_webhook_mode_with_a_wrong_address_is_told_once(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, TELEGRAM_MODE="webhook", TELEGRAM_WEBHOOK_URL="example.org/hook")
    assert "no web address" in problem


def test_relative_paths_start_from_the_folder(tmp_path: Path) -> None:
    settings = read(tmp_path, DATA="files", KEYS="../keys", CITY="here", DATABASE="sqlite:db/x.db")
    assert (settings.data, settings.keys, settings.city, settings.database) == (
        tmp_path / "files",
        tmp_path.parent / "keys",
        tmp_path / "here",
        f"sqlite:{tmp_path}/db/x.db",
    )


@pytest.mark.parametrize("keys", ["data", "data/keys", "data/../data/a/keys", "link/keys"])
def test_keys_inside_the_data_folder_are_refused(tmp_path: Path, keys: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    (problem,) = problems(tmp_path, DATA="data", KEYS=keys)
    assert problem.startswith("HUIYIN_KEYS lies inside")


def test_keys_beside_a_data_folder_of_a_like_name_are_taken(tmp_path: Path) -> None:
    assert read(tmp_path, DATA="data", KEYS="data.keys").keys == tmp_path / "data.keys"


def test_secrets_are_not_in_a_printed_settings_object(tmp_path: Path) -> None:
    settings = read(
        tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_WEBHOOK_SECRET="whisper", DATABASE="postgresql://huiyin:hush@localhost/huiyin"
    )
    shown = repr(settings) + str(settings)
    assert not [secret for secret in (TOKEN, "whisper", "hush") if secret in shown]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_no_wrong_value_is_in_the_error_or_its_traceback(tmp_path: Path, setting: Setting) -> None:
    value = "~:hu sh:hu sh?"

    with pytest.raises(BadSettings) as caught:
        read(tmp_path, **{setting.name: value})
    assert "hu sh" not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)


def test_no_unreadable_line_of_the_file_is_in_the_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"HUIYIN_TELEGRAM_TOKEN {TOKEN}\n")
    assert TOKEN not in "".join(problems(tmp_path))


def test_the_page_in_the_docs_is_fresh() -> None:
    written = subprocess.run([sys.executable, "-m", "bot.settings"], cwd=ROOT, capture_output=True, check=True).stdout
    assert (ROOT / "docs" / "settings.md").read_bytes() == written
