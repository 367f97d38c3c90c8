"""What the authors run: the notebook build, the stills, and the browser that stills and tests share."""
