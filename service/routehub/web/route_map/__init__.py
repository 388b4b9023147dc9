"""The route as a schematic drawing, made on the server from its stations and legs: no tiles, no borders to dispute.

``grid`` says in which column and lane each station stands, ``ways`` where the lines between them run, ``flows`` what is
written at each, ``part`` which stations of a large route are drawn, ``drawing`` puts them together for the template.
"""

from routehub.web.route_map.drawing import RouteMap, draw

__all__ = ["RouteMap", "draw"]
