"""What pictures tell besides colour, over many of them, in words."""

from colorizers.pictures.tells import over, summary, tells


def measured(**other):
    return {
        "lightness_shift": 0.2, "lightness_bias": -0.1, "sharpness": 1.0, "noise": 0.0, "displacement": 0.0,
        "resampled": False,
    } | other  # fmt: skip


def test_pictures_that_differ_in_colour_alone_tell_little():
    found = over([measured(), measured(displacement=None)])
    assert tells(found, "as_delivered") == []
    assert summary(found, "as_delivered") == (
        "2 pictures shown as delivered. Little tells them besides colour (lightness 0.2 L*, sharpness 1.00, "
        "grain +0.0 L*)."
    )


def test_each_difference_is_a_number_and_a_word():
    one = measured(lightness_shift=3.0, lightness_bias=2.0, sharpness=0.7, noise=-0.5, displacement=2.25)
    found = over(
        [one, measured(lightness_shift=1.0, lightness_bias=1.0, sharpness=0.9, noise=-0.3, resampled=True)]
    )
    assert tells(found, "as_delivered") == [
        "lightness differs by 2.0 L* on average (the whole is 1.5 lighter)",
        "edges are softer (0.80 times the photos' gradients)",
        "there is less grain (-0.4 L*)",
        "1 of 2 were resampled",
        "parts of 1 of 2 lie off, by up to 2.2 pixels",
    ]


def test_with_the_photos_lightness_only_colours_that_lie_off_remain():
    found = over([measured(lightness_shift=9.0, sharpness=0.2, displacement=1.0)])
    assert tells(found, "replace_lightness") == ["parts of 1 of 1 lie off, by up to 1.0 pixels"]
    calm = over([measured(lightness_shift=9.0)])
    assert summary(calm, "replace_lightness") == (
        "1 picture shown with the photos' own lightness. Little tells them besides colour."
    )
