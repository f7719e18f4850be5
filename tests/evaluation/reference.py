"""Comparing an analysis with a reference case, number by number, at the tolerances of its manifest."""

import math

NOT_NUMBERS_OF_THE_ANALYSIS = {
    "_crosscheck_max_disagreement_R_vs_python": "how far R and Python were apart",
    "_file": "name of the responses",
    "_sha256": "digest of the responses",
    "formula": "words",
    "note": "words",
    "rule": "words",
    "seconds": "how long R took",
    "B": "replicates of the reference",
    "mc_rel_sd_of_se": "error of the reference's own replicates",
    "tolerance_rel": "used as the tolerance of the bootstraps",
    "glm_check_max_abs": "how far two fits of the reference were apart",
    "signflip_mc_se": "used in the tolerance of the sign flips",
    "glmm": "compared in test_mixed_model.py",
    "glmm_trap": "compared in test_mixed_model.py",
}
"""Keys of the expected values that are not compared here, with the reason."""

OTHER_NAMES = {"dprime_psyphy_mAFC2": "dprime_2afc", "recommended": "cgm_two_way"}
"""What we call a number that a second package computed, and the rule that was recommended at the time."""

COUNTS = {
    "rows", "test_rows", "usable_rows", "contradictory", "valid_rows", "strict_rows", "participants",
    "images", "n", "k", "df", "chosen_left", "fake_left", "n_fake_left", "hits_left", "n_fake_right",
    "false_left",
    "wins_a", "wins_b", "units", "pairable", "block", "reversals", "undefined_replicates", "signflip_exact_p",
    "mode_ms", "thr",
}  # fmt: skip

ABSOLUTE = {
    1e-6: {
        "wilson", "clopper_pearson", "jeffreys", "newcombe_naive_p", "tost_05_exact_binomial", "dprime_2afc",
        "dprime_2afc_loglinear", "dprime_bias_free_loglinear", "criterion_loglinear", "p_exact_binomial",
        "anytime_beta_mixture_cs", "spearman", "kendall_tau_b", "pearson", "r",
        "spearman_brown",
    },
    1e-4: {"dprime_psyphy_mAFC2", "icc", "lo", "hi", "F", "cronbach_alpha_raw", "posterior_mean"},
    1e-5: {"log_ability", "se", "se_cluster_participant", "left_logit"},
}  # fmt: skip
"""Keys compared by their absolute difference; all others are compared at 1e-6 relative."""


def disagreements(wanted, found, key="", path=""):
    """Every place where the analysis lacks an expected value or is further from it than the tolerance."""
    if key == "bootstrap":
        yield from _bootstraps(wanted, found, path)
    elif key == "eb_beta_binomial":
        yield from _photo_rates(wanted, found, path)
    elif key == "paired_participant":
        yield from _sign_flips(wanted, found, path)
    elif key == "psychometric_pooled_weibull":
        yield from _weibull(wanted, found, path)
    elif key == "order":
        yield from _order(wanted, found, path)
    elif isinstance(wanted, dict):
        yield from _mappings(wanted, found, path)
    elif isinstance(wanted, list):
        if found is None or len(wanted) != len(found):
            yield f"{path}: {found} instead of {wanted}"
        else:
            for place, (one, other) in enumerate(zip(wanted, found, strict=True)):
                yield from disagreements(one, other, key, f"{path}[{place}]")
    elif not agrees(wanted, found, key):
        yield f"{path}: {found} instead of {wanted}"


def agrees(wanted, found, key):
    if isinstance(wanted, str | bool) or wanted is None:
        return wanted == found
    if key in COUNTS:
        return math.isclose(wanted, found, rel_tol=1e-12)
    if found is None:
        return False
    for tolerance, keys in ABSOLUTE.items():
        if key in keys:
            return abs(wanted - found) <= tolerance
    return math.isclose(wanted, found, rel_tol=1e-6, abs_tol=1e-12 if abs(wanted) < 1e-12 else 0)


def _mappings(wanted, found, path):
    for name, value in wanted.items():
        if name in NOT_NUMBERS_OF_THE_ANALYSIS:
            continue
        ours = OTHER_NAMES.get(name, name)
        if not isinstance(found, dict) or ours not in found:
            yield f"{path}.{name} is missing"
        else:
            yield from disagreements(value, found[ours], name, f"{path}.{name}")


def _bootstraps(wanted, found, path):
    """Standard errors at the tolerance stored with them, ends of intervals a quarter of a standard error."""
    for kind in ("pigeonhole", "participant"):
        se, ours = wanted[f"{kind}_se"], found[f"{kind}_se"]
        if abs(ours - se) > wanted["tolerance_rel"] * se:
            yield f"{path}.{kind}_se: {ours} instead of {se}"
        ends = zip(wanted[f"{kind}_pct_ci"], found[f"{kind}_pct_ci"], strict=True)
        if found["B"] >= 10_000 and any(abs(one - other) > 0.25 * se for one, other in ends):
            yield f"{path}.{kind}_pct_ci: {found} instead of {wanted}"


def _photo_rates(wanted, found, path):
    """Only where the reference found a spread between photos; where VGAM did, it must agree as well."""
    if not wanted["converged"]:
        return
    if not found["converged"]:
        yield f"{path} did not converge"
        return
    for source in (wanted, wanted["vgam"]):
        for name in {"alpha", "beta", "mu", "rho"} & source.keys():
            if not math.isclose(source[name], found[name], rel_tol=1e-3):
                yield f"{path}.{name}: {found[name]} instead of {source[name]}"
    if abs(wanted["loglik_kernel"] - found["loglik_kernel"]) > 1e-4:
        yield f"{path}.loglik_kernel: {found['loglik_kernel']}"
    for name in ("first5", "top5"):
        yield from disagreements(wanted[name], found[name], name, f"{path}.{name}")


def _sign_flips(wanted, found, path):
    """The drawn p within four standard errors of each side's drawing."""
    drawn = wanted.get("signflip_mc_p")
    rest = {name: value for name, value in wanted.items() if name != "signflip_mc_p"}
    yield from _mappings(rest, found, path)
    if drawn is not None:
        error = math.hypot(4 * wanted["signflip_mc_se"], 4 * found["signflip_mc_se"])
        if abs(drawn - found["signflip_mc_p"]) > error:
            yield f"{path}.signflip_mc_p: {found['signflip_mc_p']} instead of {drawn}"


def _order(wanted, found, path):
    """R's glm stops iterating at a relative change of 1e-8 of the deviance, seen in the sixth digit."""
    for name, value in wanted.items():
        if not math.isclose(value, found[name], rel_tol=1e-5):
            yield f"{path}.{name}: {found[name]} instead of {value}"


def _weibull(wanted, found, path):
    for model, curve in wanted.items():
        if curve["identified"] != found[model]["identified"]:
            yield f"{path}.{model}: {found[model]}"
        elif curve["identified"]:
            for name, value in curve.items():
                if not math.isclose(value, found[model][name], rel_tol=1e-3):
                    yield f"{path}.{model}.{name}: {found[model][name]} instead of {value}"
