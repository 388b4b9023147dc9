"""Downstream forecast (DOMAIN 6): how many people will reach the next party, one to three days ahead.

``lags`` learns how long people need and how many come on, ``experts`` make one forecast each, ``mixture`` learns online
whom to trust, ``interval`` how wide the range must be, ``forecaster`` puts them together, ``rule`` warns.
"""

from routehub.warning.forecast.forecaster import Forecast, Forecaster, ForecastParameters

__all__ = ["Forecast", "ForecastParameters", "Forecaster"]
