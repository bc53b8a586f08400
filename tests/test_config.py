"""Settings: from the file, from the environment over it, from options over both."""

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import CommandLine

from interviewer.config import Settings, load_settings, settings_as_toml, settings_path, shipped_folder
from interviewer.errors import SettingsError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "my.toml"


def _load(
    file: Path, text: str, environ: dict[str, str] | None = None, options: dict[str, Any] | None = None
) -> Settings:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return load_settings({"INTERVIEWER_CONFIG": str(file), **(environ or {})}, options)


def _fault(file: Path, text: str, environ: dict[str, str] | None = None, options: dict[str, Any] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        _load(file, text, environ, options)
    return str(caught.value)


class TestOrder:
    def test_without_a_file_the_defaults_hold(self) -> None:
        assert load_settings({}) == Settings()

    def test_the_file_is_read_from_the_platforms_folder(self, home: Path) -> None:
        assert home in settings_path({}).parents
        settings_path({}).parent.mkdir(parents=True)
        settings_path({}).write_text("[interview]\nquestions = 9\n", encoding="utf-8")
        assert load_settings({}).interview.questions == 9

    def test_the_environment_goes_over_the_file_and_options_over_both(self, file: Path) -> None:
        text = "[interview]\nquestions = 2\nseconds = 20\nadaptive = false\n"
        environ = {"INTERVIEWER_INTERVIEW__QUESTIONS": "3", "INTERVIEWER_INTERVIEW__SECONDS": "30"}
        interview = _load(file, text, environ, {"interview.questions": 4, "interview.seconds": None}).interview
        assert (interview.questions, interview.seconds, interview.adaptive) == (4, 30, False)

    def test_every_setting_can_be_given_in_every_way(self, file: Path) -> None:
        settings = _load(
            file,
            'shipped_bank = false\n[grading]\ngrader = "hybrid"\n[interface]\ntheme = "ansi"\n'
            '[interface.keys]\n"question.submit" = "f5"\n',
            {"INTERVIEWER_GRADING__EMBEDDER": "intfloat/e5-small", "INTERVIEWER_INTERVIEW__FOLLOW_UPS": "false"},
            {"data_dir": Path("/elsewhere")},
        )
        assert not settings.shipped_bank
        assert (settings.grading.grader, settings.grading.embedder) == ("hybrid", "intfloat/e5-small")
        assert settings.interface.theme == "ansi"
        assert settings.interface.keys == {"question.submit": "f5"}
        assert not settings.interview.follow_ups
        assert settings.database == Path("/elsewhere/history.sqlite3")

    def test_the_history_lies_in_the_platforms_data_folder(self, home: Path) -> None:
        assert home in load_settings({}).database.parents

    def test_reading_the_settings_creates_nothing(self, home: Path) -> None:
        load_settings({})
        assert list(home.iterdir()) == []


class TestPaths:
    def test_paths_in_the_file_are_relative_to_the_file(self, file: Path, home: Path) -> None:
        settings = _load(file, 'banks = ["own.yaml", "../more", "/abs.yaml", "~/mine"]\ndata_dir = "history"\n')
        assert [Path(os.path.normpath(bank)) for bank in settings.banks] == [
            file.parent / "own.yaml",
            file.parent.parent / "more",
            Path("/abs.yaml"),
            home / "mine",
        ]
        assert settings.data_dir == file.parent / "history"

    def test_banks_in_the_environment_are_a_list_of_paths(self, file: Path) -> None:
        settings = _load(file, 'banks = ["own.yaml"]', {"INTERVIEWER_BANKS": os.pathsep.join(["a.yaml", "b"])})
        assert settings.banks == (Path("a.yaml"), Path("b"))

    def test_a_bank_named_in_the_settings_is_found_from_any_folder(
        self, cli: CommandLine, databases: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        folder = home / "config" / "interviewer"
        folder.mkdir(parents=True)
        (folder / "own.yaml").write_bytes(databases.read_bytes())
        (folder / "config.toml").write_text('banks = ["own.yaml"]\n', encoding="utf-8")
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert "index-cost" in cli("bank", "list").stdout

    @pytest.mark.parametrize("name", ["BANKS", "DATA_DIR", "CONFIG"])
    def test_an_empty_variable_is_as_good_as_none(self, name: str) -> None:
        assert load_settings({f"INTERVIEWER_{name}": ""}) == Settings()

    def test_the_shipped_folders_are_found(self) -> None:
        assert sorted(shipped_folder("bank").glob("*.yaml"))
        with pytest.raises(SettingsError, match="recipes"):
            shipped_folder("recipes")


class TestFaults:
    @pytest.mark.parametrize(
        ("text", "line", "told"),
        [
            ("questons = 5", 1, "unknown setting 'questons'. Known here: banks,"),
            ("[interview]\nquestons = 5", 2, "unknown setting 'interview.questons'. Known here: questions,"),
            ("# a\n\n[intervew]\nquestions = 5", 3, "unknown setting 'intervew'"),
            (
                "[grading]\n\n  model = 'x'",
                3,
                "unknown setting 'grading.model'. Known here: grader, embedder, cross_encoder.",
            ),
            ("interview.pace = 1", 1, "unknown setting 'interview.pace'"),
            ("[interview]\nquestions = 0", 2, "interview.questions: Input should be greater than or equal to 1"),
            ("[interview]\nquestions = 'many'", 2, "(given: 'many')"),
            ("[interview]\nseconds = 3601", 2, "less than or equal to 3600"),
            ("[interview]\nadaptive = 'perhaps'", 2, "interview.adaptive"),
            ("[grading]\ngrader = 'oracle'", 2, "'offline', 'embeddings', 'llm' or 'hybrid'"),
            ("interview = 3", 1, "interview"),
            ("banks = 'own.yaml'", 1, "banks"),
            ("[interface.keys]\n'question.submit' = 5", 2, "interface.keys"),
        ],
    )
    def test_a_fault_in_the_file_is_told_by_file_line_and_name(
        self, file: Path, text: str, line: int, told: str
    ) -> None:
        message = _fault(file, text)
        assert message.startswith(f"{file}:{line}: ")
        assert told in message

    def test_all_faults_are_told_at_once(self, file: Path) -> None:
        message = _fault(
            file,
            "[interview]\nquestions = 0\npace = 1\n[grading]\ngrader = 'oracle'\n",
            {"INTERVIEWER_INTERVIEW__SECONDS": "-1"},
        )
        assert len(message.splitlines()) == 4
        assert "environment variable INTERVIEWER_INTERVIEW__SECONDS: interview.seconds" in message

    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("INTERVIEWER_PACE", "1", "unknown setting 'pace'"),
            ("INTERVIEWER_INTERVIEW__PACE", "1", "unknown setting 'interview.pace'"),
            ("INTERVIEWER_INTERVIEW__QUESTIONS", "many", "given: 'many'"),
            ("INTERVIEWER_INTERVIEW", "5", "interview"),
            ("INTERVIEWER_GRADING__GRADER", "oracle", "'offline', 'embeddings', 'llm' or 'hybrid'"),
        ],
    )
    def test_a_fault_in_the_environment_is_told_by_the_variable(
        self, file: Path, name: str, value: str, told: str
    ) -> None:
        message = _fault(file, "[interview]\nquestions = 3\n", {name: value})
        assert message.startswith(f"environment variable {name}: ")
        assert told in message

    def test_a_fault_in_an_option_is_told_by_the_option(self, file: Path) -> None:
        assert _fault(file, "", options={"interview.questions": 0}).startswith("option --questions: ")

    @pytest.mark.parametrize("text", ["[interview", "a = ", "a = 1\na = 2", "= 3"])
    def test_bad_toml_is_told_with_its_file(self, file: Path, text: str) -> None:
        assert _fault(file, text).startswith(f"{file}: not valid TOML: ")

    def test_a_file_that_is_named_and_missing_or_unreadable_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "latin.toml").write_bytes(b"theme = 'caf\xe9'")
        for path in (tmp_path / "nowhere.toml", tmp_path / "latin.toml", tmp_path):
            with pytest.raises(SettingsError, match=str(path)):
                load_settings({"INTERVIEWER_CONFIG": str(path)})

    def test_the_command_line_tells_it_in_one_message_with_status_2(self, cli: CommandLine, file: Path) -> None:
        file.parent.mkdir()
        file.write_text("[interview]\nquestons = 5\n", encoding="utf-8")
        for command in (["config", "show"], ["bank", "list"], ["history"], ["grade"], ["ask"]):
            done = cli(*command, env={"INTERVIEWER_CONFIG": str(file)})
            assert (done.returncode, done.stdout) == (2, "")
            assert f"{file}:2: unknown setting 'interview.questons'" in done.stderr
            assert "Traceback" not in done.stderr


class TestShow:
    CHANGED = (
        'banks = ["own \\"quoted\\".yaml", "größe.yaml"]\ndata_dir = "hier"\nshipped_bank = false\n'
        "[interview]\nquestions = 7\nseconds = 90\nadaptive = false\nfollow_ups = false\n"
        '[grading]\ngrader = "llm"\nembedder = "C:\\\\models\\\\e5"\n'
        '[interface]\ntheme = "ansi"\n[interface.keys]\n"question.submit" = "f5"\n"app.quit" = "ctrl+q"\n'
    )

    @pytest.mark.parametrize("text", ["", CHANGED], ids=["defaults", "changed"])
    def test_what_is_shown_can_be_saved_and_loads_to_the_same_settings(self, file: Path, text: str) -> None:
        settings = _load(file, text)
        shown = settings_as_toml(settings)
        tomllib.loads(shown)
        assert _load(file.with_name("again.toml"), shown) == settings

    @pytest.mark.parametrize("text", ["", CHANGED], ids=["defaults", "changed"])
    def test_the_command_shows_the_settings_in_force(self, cli: CommandLine, file: Path, text: str) -> None:
        settings = _load(file, text)
        shown = cli("config", "show", env={"INTERVIEWER_CONFIG": str(file)}).stdout
        assert _load(file.with_name("again.toml"), shown) == settings
        as_json = cli("config", "show", "--json", env={"INTERVIEWER_CONFIG": str(file)}).stdout
        assert Settings.model_validate_json(as_json) == settings

    def test_every_setting_is_explained(self) -> None:
        def unexplained(model: Any, prefix: str = "") -> list[str]:
            names = []
            for name, field in model.model_fields.items():
                if hasattr(field.annotation, "model_fields"):
                    names += unexplained(field.annotation, f"{prefix}{name}.")
                elif not field.description or field.description.splitlines()[0] not in settings_as_toml(Settings()):
                    names.append(f"{prefix}{name}")
            return names

        assert unexplained(Settings) == []

    def test_the_path_of_the_file_is_shown_whether_or_not_it_exists(self, cli: CommandLine, home: Path) -> None:
        assert cli("config", "path").stdout.strip() == str(settings_path({}))
        assert cli("config", "path", env={"INTERVIEWER_CONFIG": "/x/y.toml"}).stdout.strip() == "/x/y.toml"
        assert list(home.iterdir()) == []
