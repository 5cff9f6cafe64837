import 'mode-ts';
