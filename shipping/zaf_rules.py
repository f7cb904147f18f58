"""Our own check of a Zendesk app, as Zendesk's (`zcli apps:validate`) wants a login at an account.

Every rule of Zendesk's validator that can concern an app of ours is one function, which says in a sentence what is
wrong, with file and field. What Zendesk only warns of is refused here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from shipping import zaf_file_rules as files
from shipping import zaf_manifest_rules as manifest
from shipping import zaf_parameter_rules as parameters
from shipping import zaf_text_rules as texts
from shipping.zaf_package import Package

Rule = Callable[[Package], Iterable[str]]

RULES: tuple[Rule, ...] = (
    manifest.is_at_the_root,
    manifest.is_an_object,
    manifest.says_nothing_twice,
    manifest.names_its_author,
    manifest.has_a_default_locale,
    manifest.has_texts_of_its_default_locale,
    manifest.is_of_the_present_framework,
    manifest.has_true_or_false,
    manifest.has_texts,
    manifest.lists_hosts,
    manifest.has_a_location,
    manifest.stands_in_known_places,
    manifest.has_addresses_that_load,
    manifest.has_options_that_fit,
    parameters.are_a_list,
    parameters.differ_by_name,
    parameters.are_not_called_name,
    parameters.are_of_known_types,
    parameters.are_required_and_secure_or_not,
    parameters.are_not_required_where_hidden,
    parameters.have_one_login_at_most,
    parameters.have_scopes_that_there_are,
    parameters.have_scopes_where_secure,
    parameters.have_no_default_where_secure,
    parameters.are_secure_where_they_sound_so,
    parameters.have_labels,
    texts.are_objects,
    texts.are_called_by_locale,
    texts.name_the_app,
    texts.are_of_known_kinds,
    texts.are_not_too_many,
    texts.have_titles,
    texts.bring_no_ended_target,
    texts.have_whole_webhooks,
    texts.have_webhooks_of_one_kind,
    files.have_logos,
    files.have_icons,
    files.have_a_banner_that_fits,
    files.are_assets_that_are_served,
    files.are_not_forbidden,
    files.are_not_links,
    files.ask_for_nothing_in_plain,
    files.keep_no_secret,
    files.are_drawings_only,
)


class PackageError(ValueError):
    """Zendesk would not take this package.

    Attributes:
        problems: one sentence each, beginning with the file's name.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def problems_of(package: Package) -> list[str]:
    """Everything that is wrong with a package."""
    return [problem for rule in RULES for problem in rule(package)]
