import 'reflect-metadata';
import 'inversify';
