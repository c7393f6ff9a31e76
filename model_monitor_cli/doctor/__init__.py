"""`doctor`: what has to work for a monitor, link by link, and how to fix what does not.

`facts` asks AWS, once; the modules of links judge what it said, and ask nothing; `chain` puts them in order.
"""
