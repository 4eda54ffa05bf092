y
y
