package measures

import (
	"regexp"
	"sync"
)

// remarks are tried in their order; a name without one is the same number.
var remarks = sync.OnceValue(func() []remark {
	var out []remark
	for _, r := range []struct {
		name      string
		agreement Agreement
		note      string
	}{
		{`/linreg.*`, ByConvention, "diffscore pads the narrower system with zeros, which invents directions; of systems that are equally wide the number is the same"},
		{`/pls`, OnPurpose, "there, in the repository svcca, the mean singular value of the cross-covariance, which is pls-sv here; pls here is the regression"},
		{`((repsim|thingsvision)/cka-kernel=\(.*|platonic/cka-kernel=\(.*hsic=gretton)-distance=(squared_)?euclidean`, SameNumber, ""},
		{`.*/cka-kernel=\((rbf|laplace).*distance=(squared_)?euclidean`, ByConvention, "the angle between the kernels is the same; there the sides of the triangle are the roots of the traces of the centred kernels, here the norms of the data"},
		{`platonic/cka-kernel=\(rbf.*hsic=song.*`, ByConvention, "there in float32, whose rounding reaches the fourth digit"},
		{`(contrasim|resi|rtd|svcca)/pwcca.*`, OnPurpose, "there, as in all that comes from google/svcca, the weights are of variates that are not whitened, which is not the published measure"},
		{`contrasim/svcca-(score|distance=angular)`, SameNumber, "there all components are kept, which is CCA"},
		{`resi/svcca.*`, ByConvention, "there the share of the variance is compared with 0.99 times the variance itself, so that one component is kept wherever the total variance is above 1.01; the number is that of dim=1"},
		{`((contrasim|sim_metric|svcca|drfrankenstein|representation_similarity|netrep)/cca|contrasim/svcca)-distance=(squared_)?euclidean`, SameNumber, ""},
		{`(\w+)/(cca|svcca.*)-distance=(squared_)?euclidean`, ByConvention, "the angle is the same; there the sides of the triangle are the norms of the components that are kept, here those of the data"},
		{`(netrep|repsim)/svcca-var.*`, ByConvention, "there systems with unequal numbers of components are padded with zeros, so that the mean is over the geometric mean of the numbers, here over the smaller one"},
		{`(netrep|neuroaimetrics)?/?(shape_metric|cca|svcca|nbs|procrustes).*-cv=5folds`, ByConvention, "there folds are shuffled by NumPy (random_state 42), here they are contiguous; svcca there reduces all samples before they are split, here those of training"},
		{`repsim/shape_metric.*`, OnPurpose, "there alpha weighs variances divided by the number of samples, here, as in netrep, sums of squares"},
		{`platonic/svcca.*`, OnPurpose, "there features are scaled to unit variance, the decomposition is a random one that differs from call to call, and the correlations come from an iterative fit"},
		{`platonic/edit_distance_knn.*`, ByConvention, "there by torchaudio, which gives one number for a whole list of samples"},
		{`(rsatoolbox)?/rsa-.*neg_riem_dist`, ByConvention, "there the negative of the distance, and the noise is added to the system that is named first; the minimum is sought from one start, which may miss it"},
		{`(resi|imd)?/imd`, ByConvention, "there the traces are estimated from random vectors, anew at each call; here they are exact"},
		{`pyrcca/.*`, OnPurpose, "there CCA through matrices of samples × samples, and of ten components at most the mean correlation of each feature with what the other system's components predict of it"},
		{`rtd/svcca.*`, OnPurpose, "there the mean over features is taken from each sample, and components are kept until their singular values, not their variances, add up to more than 99 %, without the last of them"},
		{`/svcca-(score|distance.*|squared_score)`, ByConvention, "the repositories keep other numbers of components; here those that reach 99 % of the variance"},
		{`llm_repsim/rsa-rdm=correlation.*`, ByConvention, "there features are centred before the correlations of samples"},
		{`modelsym/(wreath_)?procrustes.*`, OnPurpose, "there samples are turned or matched, and not features, of systems that are scaled to unit norm and not centred, and the value is one minus half the distance"},
		{`(stir)?/(linear|kernel)_hsic`, ByConvention, "there (n − 1)² times as large"},
		{`(stir)?/unbiased_linear_hsic`, ByConvention, "there (n − 3)² times as large"},
		{`(thingsvision)?/rsa-rdm=gaussian-compare=pearson`, ByConvention, "there σ² is half the mean squared distance, that of a sample with itself included; ranks do not depend on it"},
		{`nnsrm_neurips18/procrustes.*`, OnPurpose, "there samples are rotated into each other, and not features"},
		{`(brain_language_nlp)?/(kernel_)?ridge-lambda=[0-9.]+-r2`, ByConvention, "there without an intercept, and Y is predicted from X: put the system that predicts second here; a linear kernel makes no difference"},
		{`deepdive/linear_regression.*`, OnPurpose, "there ridge regression with λ = 1 under either name, the predictions of all folds scored at once; here least squares, fold by fold"},
		{`deepdive/ridge.*`, ByConvention, "there Y is predicted from X, and the predictions of all folds are scored at once; here x from y, fold by fold"},
		{`brainscore/(brainscore )?.*(linear_regression|ridge).*`, OnPurpose, "there all regressions run partial least squares, because the last one is bound to each name; the number is that"},
		{`brainscore/(brainscore )?.*pls.*`, ByConvention, "there Y is predicted from X: put the system that predicts second here; splits are drawn by scikit-learn's generator, here by this program's"},
		{`neuroaimetrics/(pls|ridge).*`, ByConvention, "there Y is predicted from X, whose features are standardised in training and test samples alike, on folds shuffled by NumPy, with penalties from 1e-8 to 1e8; here features keep their units"},
		{`(mouse_vision)?/(linear_regression|ridge(-lambda=[0-9.]+)?|pls)-(pearsonr|r2).*`, ByConvention, "there Y is predicted from X: put the system that predicts second here; folds are contiguous here"},
	} {
		out = append(out, remark{regexp.MustCompile(`^(?:` + r.name + `)$`), r.agreement, r.note})
	}
	return out
})
