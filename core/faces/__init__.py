"""Faces: an auto-encoder, an invertible network that splits its latent into factors, and sliders for each.

z = E(x); z̄ = T(z) has one block for each factor and a residual; an edit moves one block: x* = D(T⁻¹(z̄*))
(Esser, Rombach and Ommer, *A Disentangling Invertible Interpretation Network*, CVPR 2020).
"""
