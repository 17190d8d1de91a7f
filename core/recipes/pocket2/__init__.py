"""How ``assets/pocket-2`` was made: one text tower, a tower for photographs, one for drawings, and a gate.

classes.py    ImageNet's classes in words
sentences.py  sentences like captions, made of WordNet's words
texts.py      what the text tower reads, with the teacher's vectors
space.py      the space that all towers share
text.py       the text tower is distilled from the sentence encoder
photographs.py  photographs that may teach, and their features
fitting.py    the head of the photographs' tower: ConSE and what captions add
drawings.py   the head of the drawings' tower, and the gate
"""
